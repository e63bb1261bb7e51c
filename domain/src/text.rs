//! Bounded text types. Every one refuses control characters, so that no stored or logged value can carry
//! NUL, line breaks or terminal sequences.

use serde::Deserializer;
use serde::de::Visitor;

/// Why a text was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// Nothing but white space, or nothing at all.
    #[error("{what} must not be empty")]
    Empty {
        /// The type's name for people.
        what: &'static str,
    },
    /// More characters than the type allows.
    #[error("{what} has {length} characters, {limit} are allowed")]
    TooLong {
        /// The type's name for people.
        what: &'static str,
        /// Characters given.
        length: usize,
        /// Characters allowed.
        limit: usize,
    },
    /// A character the type does not allow.
    #[error("{what} holds a character that is not allowed: U+{code:04X}")]
    Character {
        /// The type's name for people.
        what: &'static str,
        /// The character's code point.
        code: u32,
    },
    /// White space before or after the text.
    #[error("{what} begins or ends with white space")]
    Padded {
        /// The type's name for people.
        what: &'static str,
    },
}

/// Checks the rules that all text types share.
///
/// # Errors
/// [`InvalidText`] with the first rule broken.
pub fn check(what: &'static str, text: &str, limit: usize, allowed: fn(char) -> bool) -> Result<(), InvalidText> {
    if text.is_empty() {
        return Err(InvalidText::Empty { what });
    }
    // A byte count at or under the limit needs no count of characters.
    if text.len() > limit {
        let length = text.chars().count();
        if length > limit {
            return Err(InvalidText::TooLong { what, length, limit });
        }
    }
    if let Some(found) = text.chars().find(|c| c.is_control() || !allowed(*c)) {
        return Err(InvalidText::Character { what, code: found as u32 });
    }
    if text.trim().len() != text.len() {
        return Err(InvalidText::Padded { what });
    }
    Ok(())
}

/// Reads a value from a text where that stands, without a copy of it.
///
/// # Errors
/// For what is no text, and for a text that `make` refuses.
pub fn read<'de, D, T, E>(deserializer: D, make: fn(&str) -> Result<T, E>) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    E: std::fmt::Display,
{
    deserializer.deserialize_str(Text(make))
}

struct Text<T, E>(fn(&str) -> Result<T, E>);

impl<T, E: std::fmt::Display> Visitor<'_> for Text<T, E> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<R: serde::de::Error>(self, text: &str) -> Result<T, R> {
        (self.0)(text).map_err(R::custom)
    }
}

/// Makes a type a text for serde: written from one, read by a function that may refuse.
macro_rules! serde_as_text {
    ($name:ident, $write:expr, $read:expr) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let write: fn(&Self) -> &str = $write;
                serializer.serialize_str(write(self))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::text::read(deserializer, $read)
            }
        }
    };
}
pub(crate) use serde_as_text;

/// Defines a text type with a limit in characters and a predicate over them.
macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $what:literal, $limit:expr, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(std::sync::Arc<str>);

        impl $name {
            /// Longest value, in characters.
            pub const LIMIT: usize = $limit;

            /// Takes a text that keeps the type's rules.
            ///
            /// # Errors
            /// The rule that the text breaks.
            pub fn try_new(text: impl AsRef<str>) -> Result<Self, $crate::text::InvalidText> {
                $crate::text::check($what, text.as_ref(), Self::LIMIT, $allowed)?;
                Ok(Self(text.as_ref().into()))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        $crate::text::serde_as_text!($name, $name::as_str, |text| $name::try_new(text));

        impl TryFrom<String> for $name {
            type Error = $crate::text::InvalidText;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::try_new(text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0.as_ref().to_owned()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::text::InvalidText;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::try_new(text)
            }
        }
    };
}
pub(crate) use text_type;

text_type!(
    /// What a line is called on an invoice.
    Description, "description", 500, |_| true
);
text_type!(
    /// Why somebody did something, in their words.
    Reason, "reason", 500, |_| true
);
