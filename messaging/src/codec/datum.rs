//! Avro's binary form of the contract's own records, written straight from their fields.
//!
//! Guarantees: the bytes are those that Avro's generic writer makes with the record's embedded schema, which a test proves of
//! every record; a field that is added to a record does not compile until it is written here. Does not: look at a schema.

use domain::contract::{
    AddressChanged, AddressRole, CancelReason, ContractAddress, ContractLine, ContractMoney, ContractSealed,
    ContractUnitPrice, ForeignEvent, LineAdded, LineQuantityChanged, LineRemoved, OrderCancelled, OrderDrafted,
    OrderImportCorrected, OrderImported, OrderKind, OrderPlaced, PublicEvent, SubjectErased,
};

/// A sink of bytes. Writing to it cannot fail.
pub(super) trait Sink {
    fn put(&mut self, bytes: &[u8]);
}

impl Sink for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Counts the bytes written to it.
pub(super) struct Counted(pub(super) usize);

impl Sink for Counted {
    fn put(&mut self, bytes: &[u8]) {
        self.0 += bytes.len();
    }
}

/// A value that can be a record's field.
trait Datum {
    fn write(&self, to: &mut impl Sink);
}

pub(super) fn write(event: &PublicEvent, to: &mut impl Sink) {
    match event {
        PublicEvent::OrderDrafted(record) => record.write(to),
        PublicEvent::LineAdded(record) => record.write(to),
        PublicEvent::LineQuantityChanged(record) => record.write(to),
        PublicEvent::LineRemoved(record) => record.write(to),
        PublicEvent::AddressChanged(record) => record.write(to),
        PublicEvent::OrderPlaced(record) => record.write(to),
        PublicEvent::OrderCancelled(record) => record.write(to),
        PublicEvent::OrderImported(record) => record.write(to),
        PublicEvent::OrderImportCorrected(record) => record.write(to),
        PublicEvent::SubjectErased(record) => record.write(to),
        PublicEvent::ForeignEvent(record) => record.write(to),
    }
}

/// A record's fields in the order of its schema.
macro_rules! record {
    ($name:ident { $($field:ident),* $(,)? }) => {
        impl Datum for $name {
            fn write(&self, to: &mut impl Sink) {
                let Self { $($field),* } = self;
                $($field.write(to);)*
            }
        }
    };
}

record!(OrderDrafted { order_id, version, tenant, at, customer, currency });
record!(LineAdded { order_id, version, tenant, at, line });
record!(LineQuantityChanged { order_id, version, tenant, at, line_id, quantity, total });
record!(LineRemoved { order_id, version, tenant, at, line_id });
record!(AddressChanged { order_id, version, tenant, at, role, address });
record!(OrderPlaced { order_id, version, tenant, at, number, lines, total, shipping_address, billing_address });
record!(OrderCancelled { order_id, version, tenant, at, reason, note });
record!(OrderImported {
    order_id,
    version,
    tenant,
    at,
    source,
    reference,
    number,
    kind,
    credit_of,
    customer,
    country,
    lines,
    total,
    placed_at,
    imported_at,
});
record!(OrderImportCorrected {
    order_id,
    version,
    tenant,
    at,
    source,
    reference,
    number,
    kind,
    credit_of,
    customer,
    country,
    lines,
    total,
    placed_at,
    imported_at,
});
record!(SubjectErased { order_id, version, tenant, at, subject });
record!(ForeignEvent { order_id, version, tenant, at, aggregate_type, event_type, event_version, body });
record!(ContractLine { line_id, sku, description, quantity, unit_price, total });
record!(ContractMoney { minor, currency });
record!(ContractUnitPrice { ten_thousandths, currency });
record!(ContractAddress { country, details, contact });
record!(ContractSealed { subject, data });

/// A symbol's index in its schema, which is the variant's index in the enum.
macro_rules! symbol {
    ($($name:ident),*) => {
        $(impl Datum for $name {
            fn write(&self, to: &mut impl Sink) {
                (*self as i64).write(to);
            }
        })*
    };
}

symbol!(AddressRole, CancelReason, OrderKind);

/// Bytes that 64 bits take at most, seven bits a byte.
const LONG_BYTES_MAX: usize = 10;

impl Datum for i64 {
    /// Zigzag, then seven bits a byte from the lowest on. Source: Avro 1.12, "Binary Encoding".
    #[expect(clippy::cast_possible_truncation, reason = "seven bits at a time")]
    fn write(&self, to: &mut impl Sink) {
        let mut rest = ((self << 1) ^ (self >> 63)).cast_unsigned();
        let mut bytes = [0; LONG_BYTES_MAX];
        let mut length = 0;
        while rest > 0x7f {
            bytes[length] = (rest & 0x7f) as u8 | 0x80;
            rest >>= 7;
            length += 1;
        }
        bytes[length] = rest as u8;
        to.put(&bytes[..=length]);
    }
}

impl Datum for String {
    fn write(&self, to: &mut impl Sink) {
        length_of(self.len()).write(to);
        to.put(self.as_bytes());
    }
}

impl<T: Datum> Datum for Option<T> {
    /// The union's branch: null is the first.
    fn write(&self, to: &mut impl Sink) {
        match self {
            None => 0_i64.write(to),
            Some(value) => {
                1_i64.write(to);
                value.write(to);
            }
        }
    }
}

impl<T: Datum> Datum for Vec<T> {
    /// One block of all items, then the empty block that ends an array.
    fn write(&self, to: &mut impl Sink) {
        if !self.is_empty() {
            length_of(self.len()).write(to);
            self.iter().for_each(|item| item.write(to));
        }
        0_i64.write(to);
    }
}

fn length_of(length: usize) -> i64 {
    i64::try_from(length).expect("what is in memory has fewer than 2^63 parts")
}
