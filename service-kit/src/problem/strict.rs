//! Refuses JSON that parsers disagree about or that is meant to do harm: duplicate keys, deep nesting, invalid UTF-8,
//! an array where an object belongs.

use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};

use super::shapes::ExactShapes;
use super::{FieldError, Problem};
use axum::http::StatusCode;

/// Most nested levels of arrays and objects.
pub const JSON_DEPTH_MAX: usize = 64;
/// Longest part of a parser's message that is passed on, in characters, since it may quote the input.
const DETAIL_CHARS_MAX: usize = 200;

/// Parses a whole document: UTF-8, no duplicate key anywhere, no more than [`JSON_DEPTH_MAX`] levels, nothing after it; a
/// struct only from an object and an enum only from a text.
/// `T` decides whether unknown fields are refused.
///
/// # Errors
/// A 400 [`Problem`] that points to the first error.
pub fn parse_strict<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let text = std::str::from_utf8(body).map_err(|error| malformed("", "invalid-utf-8", &error.to_string()))?;
    parse_borrowed(text)
}

/// The same for a type that borrows from the text.
///
/// # Errors
/// As [`parse_strict`].
pub fn parse_borrowed<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, Problem> {
    let mut checker = serde_json::Deserializer::from_str(text);
    let mut pointer = Vec::new();
    Value { depth: 0, pointer: &mut pointer }
        .deserialize(&mut checker)
        .and_then(|()| checker.end())
        .map_err(|error| malformed(&to_pointer(&pointer), "malformed", &error.to_string()))?;
    let mut parser = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(ExactShapes(&mut parser)).map_err(|error| {
        let pointer: Vec<String> = error.path().iter().filter_map(segment).collect();
        malformed(&to_pointer(&pointer), "invalid", &error.inner().to_string())
    })
}

fn segment(segment: &serde_path_to_error::Segment) -> Option<String> {
    use serde_path_to_error::Segment;
    match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(key.clone()),
        Segment::Enum { .. } | Segment::Unknown => None,
    }
}

fn to_pointer(segments: &[String]) -> String {
    segments.iter().flat_map(|segment| ["/".to_owned(), segment.replace('~', "~0").replace('/', "~1")]).collect()
}

fn malformed(pointer: &str, code: &str, detail: &str) -> Problem {
    let detail: String = detail.chars().take(DETAIL_CHARS_MAX).collect();
    let error = FieldError { pointer: pointer.to_owned(), code: code.to_owned(), detail: detail.clone() };
    Problem::new(StatusCode::BAD_REQUEST, "malformed_body", "The body cannot be read").detail(detail).field(
        error.pointer,
        error.code,
        error.detail,
    )
}

/// Walks any value, keeping the pointer to where it is; on an error the pointer stays where the error was.
struct Value<'p> {
    depth: usize,
    pointer: &'p mut Vec<String>,
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Value<'_> {
    fn descend<E: Error>(&self) -> Result<usize, E> {
        let depth = self.depth + 1;
        if depth > JSON_DEPTH_MAX {
            return Err(E::custom(format_args!("more than {JSON_DEPTH_MAX} levels")));
        }
        Ok(depth)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let depth = self.descend()?;
        for index in 0_usize.. {
            self.pointer.push(index.to_string());
            let item = seq.next_element_seed(Value { depth, pointer: &mut *self.pointer })?;
            self.pointer.pop();
            if item.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let depth = self.descend()?;
        let mut seen = HashSet::new();
        while let Some(Key(key)) = map.next_key()? {
            self.pointer.push(key.clone());
            if !seen.insert(key) {
                return Err(A::Error::custom("duplicate key"));
            }
            map.next_value_seed(Value { depth, pointer: &mut *self.pointer })?;
            self.pointer.pop();
        }
        Ok(())
    }
}

/// A key, as an owned text since it may hold escapes.
#[derive(Deserialize)]
struct Key(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Basket {
        sku: String,
        #[serde(default)]
        counts: Vec<u32>,
        #[serde(default)]
        tags: std::collections::BTreeMap<String, serde_json::Value>,
    }

    fn refused(body: &[u8]) -> FieldError {
        let problem = parse_strict::<Basket>(body).unwrap_err();
        assert_eq!((problem.status().as_u16(), problem.code()), (400, "malformed_body"));
        problem.errors()[0].clone()
    }

    #[test]
    fn a_plain_document_parses() {
        let basket: Basket =
            parse_strict(br#"{"sku":"A","counts":[1,2],"tags":{"x":{"y":null,"z":[1.5,true]}}}"#).unwrap();
        assert_eq!((&*basket.sku, basket.counts), ("A", vec![1, 2]));
    }

    #[test]
    fn errors_point_to_their_place() {
        assert_eq!(refused(br#"{"sku":1}"#).pointer, "/sku");
        assert_eq!(refused(br#"{"sku":"A","counts":[1,-2]}"#).pointer, "/counts/1");
        assert_eq!(refused(br#"{"sku":"A","prize":1}"#).pointer, "/prize");
        assert_eq!(refused(br#"["A",[1,2]]"#).pointer, "");
        assert_eq!(refused(br#"{"sku":"A","tags":{"a/b":{"c":1,"c":2}}}"#).pointer, "/tags/a~1b/c");
    }

    #[test]
    fn duplicate_keys_are_refused_at_any_depth_and_in_any_spelling() {
        assert_eq!(refused(br#"{"sku":"A","sku":"B"}"#).pointer, "/sku");
        assert!(refused(br#"{"sku":"A","\u0073ku":"B"}"#).detail.contains("duplicate key"));
    }

    #[test]
    fn depth_is_bounded() {
        let nested =
            |levels: usize| format!(r#"{{"sku":"A","tags":{{"x":{}1{}}}}}"#, "[".repeat(levels), "]".repeat(levels));
        assert!(parse_strict::<Basket>(nested(JSON_DEPTH_MAX - 2).as_bytes()).is_ok());
        assert!(refused(nested(JSON_DEPTH_MAX - 1).as_bytes()).detail.contains("more than 64 levels"));
        assert!(refused(nested(100_000).as_bytes()).detail.contains("more than 64 levels"));
    }

    #[test]
    fn broken_bytes_are_refused() {
        assert_eq!(refused(b"{\"sku\":\"\xff\"}").code, "invalid-utf-8");
        for body in [
            &b"{"[..],
            b"",
            b"{} {}",
            br#"{"sku":"\ud800"}"#,
            br#"{"sku":"A"}x"#,
            br#"{"sku":NaN}"#,
            b"{\"sku\":\"A\0\"}",
        ] {
            refused(body);
        }
    }

    #[test]
    fn a_long_echo_is_cut() {
        let body = format!(r#"{{"sku":"A","counts":"{}"}}"#, "x".repeat(5_000));
        assert!(refused(body.as_bytes()).detail.chars().count() <= DETAIL_CHARS_MAX);
    }
}
