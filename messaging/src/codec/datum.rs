//! Avro's binary form of a record, written without a look at its schema.
//!
//! Guarantees: the bytes are those that Avro's generic writer makes with the record's embedded schema, which a test proves of
//! every record. Fields are written in the order of the struct, which is the schema's; `Option` is a union whose first branch
//! is null; an enumeration's symbols stand in the order of the schema. Does not: write what no record has, such as floats and
//! maps, which are errors.

use domain::contract::RecordSet;
use serde::Deserialize;
use serde::ser::{Error, Impossible, Serialize, SerializeSeq, SerializeStruct, Serializer};
use serde_avro_fast::Schema;
use serde_avro_fast::de::{DeError, DeserializerState};

/// Appends bytes; cannot fail.
pub(super) trait Sink {
    fn put(&mut self, bytes: &[u8]);
}

impl Sink for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Counts the bytes instead of keeping them.
pub(super) struct Counted(pub(super) usize);

impl Sink for Counted {
    fn put(&mut self, bytes: &[u8]) {
        self.0 += bytes.len();
    }
}

/// Writes a record's fields behind what is there. A record's fields may be written in parts.
pub(super) fn write(fields: &impl Serialize, to: &mut impl Sink) {
    fields.serialize(&mut Datum(to)).expect("records hold only what Avro's types can, which a test proves of each");
}

/// Reads the body of the record of an index, written with this release's schema. The second value is the number of bytes that
/// follow it.
pub(super) fn read<E: RecordSet>(index: usize, schema: &Schema, datum: &[u8]) -> Result<(E, usize), DeError> {
    let mut state = DeserializerState::from_slice(datum, schema);
    let event = E::read(index, state.deserializer())?;
    let mut rest = Vec::new();
    std::io::Read::read_to_end(&mut state.into_reader(), &mut rest).expect("bytes in memory can be read");
    Ok((event, rest.len()))
}

/// Reads some of a record's fields, which are those of the type.
pub(super) fn read_part<'de, T: Deserialize<'de>>(schema: &'de Schema, datum: &'de [u8]) -> Result<T, DeError> {
    T::deserialize(DeserializerState::from_slice(datum, schema).deserializer())
}

struct Datum<'a, W>(&'a mut W);

/// Bytes that 64 bits take at most, seven bits a byte.
const LONG_BYTES_MAX: usize = 10;

impl<W: Sink> Datum<'_, W> {
    /// Zigzag, then seven bits a byte, lowest first. Source: Avro 1.12, "Binary Encoding".
    #[expect(clippy::cast_possible_truncation, reason = "seven bits at a time")]
    fn long(&mut self, value: i64) {
        let mut rest = ((value << 1) ^ (value >> 63)).cast_unsigned();
        let mut bytes = [0; LONG_BYTES_MAX];
        let mut length = 0;
        while rest > 0x7f {
            bytes[length] = (rest & 0x7f) as u8 | 0x80;
            rest >>= 7;
            length += 1;
        }
        bytes[length] = rest as u8;
        self.0.put(&bytes[..=length]);
    }

    fn length(&mut self, length: usize) {
        self.long(i64::try_from(length).expect("nothing in memory has 2^63 parts"));
    }
}

/// A type that no record has.
fn refused<T>(what: &str) -> Result<T, Unwritable> {
    Err(Unwritable::custom(format_args!("{what} has no form in a public record")))
}

/// A record holds what cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Unwritable(String);

impl Error for Unwritable {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// Refuses scalar types that no record has.
macro_rules! refuse {
    ($($method:ident: $type:ty),* $(,)?) => {
        $(fn $method(self, _: $type) -> Result<(), Unwritable> {
            refused(stringify!($type))
        })*
    };
}

impl<W: Sink> Serializer for &mut Datum<'_, W> {
    type Ok = ();
    type Error = Unwritable;
    type SerializeSeq = Self;
    type SerializeTuple = Impossible<(), Unwritable>;
    type SerializeTupleStruct = Impossible<(), Unwritable>;
    type SerializeTupleVariant = Impossible<(), Unwritable>;
    type SerializeMap = Impossible<(), Unwritable>;
    type SerializeStruct = Self;
    type SerializeStructVariant = Impossible<(), Unwritable>;

    refuse!(
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_f32: f32,
        serialize_f64: f64,
        serialize_char: char,
        serialize_bytes: &[u8],
        serialize_unit_struct: &'static str,
    );

    fn serialize_bool(self, value: bool) -> Result<(), Unwritable> {
        self.0.put(&[value.into()]);
        Ok(())
    }

    fn serialize_i64(self, value: i64) -> Result<(), Unwritable> {
        self.long(value);
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result<(), Unwritable> {
        self.length(value.len());
        self.0.put(value.as_bytes());
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Unwritable> {
        self.long(0);
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unwritable> {
        self.long(1);
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Unwritable> {
        refused("()")
    }

    fn serialize_unit_variant(self, _: &'static str, index: u32, _: &'static str) -> Result<(), Unwritable> {
        self.long(index.into());
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Unwritable> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Unwritable> {
        refused(name)
    }

    /// One block of all items.
    fn serialize_seq(self, length: Option<usize>) -> Result<Self, Unwritable> {
        match length {
            None => return refused("a sequence of unknown length"),
            Some(0) => {} // has no block but the empty one that ends it
            Some(length) => self.length(length),
        }
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Unwritable> {
        refused("a tuple")
    }

    fn serialize_tuple_struct(self, name: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Unwritable> {
        refused(name)
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Unwritable> {
        refused(name)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Unwritable> {
        refused("a map")
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Unwritable> {
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Unwritable> {
        refused(name)
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

impl<W: Sink> SerializeSeq for &mut Datum<'_, W> {
    type Ok = ();
    type Error = Unwritable;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
        value.serialize(&mut **self)
    }

    /// The empty block that ends an array.
    fn end(self) -> Result<(), Unwritable> {
        self.long(0);
        Ok(())
    }
}

impl<W: Sink> SerializeStruct for &mut Datum<'_, W> {
    type Ok = ();
    type Error = Unwritable;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, _: &'static str, value: &T) -> Result<(), Unwritable> {
        value.serialize(&mut **self)
    }

    /// What JSON leaves out is null in Avro.
    fn skip_field(&mut self, _: &'static str) -> Result<(), Unwritable> {
        self.long(0);
        Ok(())
    }

    fn end(self) -> Result<(), Unwritable> {
        Ok(())
    }
}
