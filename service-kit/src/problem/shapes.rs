//! Accepts only an object for a struct and only a text for an enum.
//!
//! serde's derived types also take an array for a struct (its fields by their order) and an object for an enum's
//! variant without data (`{"STAFF": null}`). Neither is what the API description promises, and a field that is added in
//! the middle would change what such a body means. [`ExactShapes`] refuses both, at every level below it.
//!
//! It does not reach into types that serde buffers first (`tag`, `untagged`, `flatten`); types of request bodies have none.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

/// A deserializer of a self-describing format, or a visitor, access or seed of one, with the rule of this module.
pub(super) struct ExactShapes<T>(pub T);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for ExactShapes<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(ExactShapes(visitor))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_option(ExactShapes(visitor))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_newtype_struct(name, ExactShapes(visitor))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(ExactShapes(visitor))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_str(VariantName(visitor))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for ExactShapes<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<V::Value, E> {
        self.0.visit_bool(value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<V::Value, E> {
        self.0.visit_i64(value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<V::Value, E> {
        self.0.visit_u64(value)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<V::Value, E> {
        self.0.visit_f64(value)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<V::Value, E> {
        self.0.visit_str(value)
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<V::Value, E> {
        self.0.visit_borrowed_str(value)
    }

    fn visit_string<E: Error>(self, value: String) -> Result<V::Value, E> {
        self.0.visit_string(value)
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_unit()
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(ExactShapes(deserializer))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.0.visit_newtype_struct(ExactShapes(deserializer))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(ExactShapes(access))
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(ExactShapes(access))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for ExactShapes<A> {
    type Error = A::Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, A::Error> {
        self.0.next_element_seed(ExactShapes(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for ExactShapes<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        self.0.next_key_seed(seed)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, A::Error> {
        self.0.next_value_seed(ExactShapes(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, T: DeserializeSeed<'de>> DeserializeSeed<'de> for ExactShapes<T> {
    type Value = T::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T::Value, D::Error> {
        self.0.deserialize(ExactShapes(deserializer))
    }
}

/// Accepts a text as the name of an enum's variant.
struct VariantName<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for VariantName<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a variant")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<V::Value, E> {
        self.0.visit_enum(StrDeserializer::new(name))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde::de::DeserializeOwned;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Line {
        sku: String,
        quantity: serde_json::Number,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    enum Ground {
        Staff,
        Customer,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Wrapped(Line);

    #[derive(Debug, PartialEq, Deserialize)]
    struct Body {
        lines: Vec<Line>,
        ground: Option<Ground>,
        named: BTreeMap<u32, Wrapped>,
        pair: (u8, Box<Line>),
        any: serde_json::Value,
    }

    fn read<T: DeserializeOwned>(json: &str) -> Result<T, serde_json::Error> {
        T::deserialize(ExactShapes(&mut serde_json::Deserializer::from_str(json)))
    }

    #[test]
    fn what_is_of_its_shape_is_read_as_without_the_rule() {
        let line = r#"{"sku":"A","quantity":2}"#;
        let json = format!(
            r#"{{"lines":[{line}],"ground":"Staff","named":{{"7":{line}}},"pair":[1,{line}],"any":[{{"a":null}}]}}"#
        );
        let body: Body = read(&json).unwrap();
        assert_eq!(body, serde_json::from_str(&json).unwrap());
        assert_eq!(body.ground, Some(Ground::Staff));
        assert_eq!(read::<Option<Ground>>("null").unwrap(), None);
    }

    #[test]
    fn an_array_is_no_struct_at_any_level() {
        let array = r#"["A",2]"#;
        assert!(serde_json::from_str::<Line>(array).is_ok(), "serde itself takes it");
        assert!(read::<Line>(array).is_err());
        assert!(read::<Wrapped>(array).is_err());
        assert!(read::<Vec<Line>>(&format!("[{array}]")).is_err());
        assert!(read::<Option<Line>>(array).is_err());
        assert!(read::<BTreeMap<u32, Wrapped>>(&format!(r#"{{"1":{array}}}"#)).is_err());
        assert!(read::<(u8, Box<Line>)>(&format!("[1,{array}]")).is_err());
    }

    #[test]
    fn an_object_is_no_variant() {
        let object = r#"{"Customer":null}"#;
        assert!(serde_json::from_str::<Ground>(object).is_ok(), "serde itself takes it");
        assert!(read::<Ground>(object).is_err());
        assert!(read::<Option<Ground>>(object).is_err());
        assert!(read::<Vec<Ground>>(&format!("[{object}]")).is_err());
        assert!(read::<Ground>(r#""Nobody""#).is_err());
        assert!(read::<Ground>("1").is_err());
    }
}
