//! Bounded text types. Every one refuses control characters, so that no stored or logged value can carry NUL, line
//! breaks or terminal sequences, and invisible characters ([`is_hidden`]), so that two values that look alike are equal
//! and no value reverses the text around it.
//!
//! Stored values are checked by the rules of the first release only, which refused control characters alone.

use serde::Deserializer;
use serde::de::Visitor;

/// Why a text was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// The text is empty or white space only.
    #[error("{what} must not be empty")]
    Empty {
        /// The type's name in messages.
        what: &'static str,
    },
    /// The text has more characters than the type allows.
    #[error("{what} has {length} characters, {limit} are allowed")]
    TooLong {
        /// The type's name in messages.
        what: &'static str,
        length: usize,
        limit: usize,
    },
    /// The text has a character that the type does not allow.
    #[error("{what} holds a character that is not allowed: U+{code:04X}")]
    Character {
        /// The type's name in messages.
        what: &'static str,
        /// Code point.
        code: u32,
    },
    /// The text begins or ends with white space.
    #[error("{what} begins or ends with white space")]
    Padded {
        /// The type's name in messages.
        what: &'static str,
    },
}

/// Invisible characters: bidirectional controls, zero-width and other format characters, the
/// separators of lines and paragraphs, fillers, and non-characters. Source: Unicode 17, general categories Cf, Zl and Zp, and
/// the properties Default_Ignorable_Code_Point (except variation selectors, which follow many visible characters) and
/// Noncharacter_Code_Point. In ascending order, which the search relies on.
const HIDDEN: [(u32, u32); 24] = [
    (0x00ad, 0x00ad),
    (0x0600, 0x0605),
    (0x061c, 0x061c),
    (0x06dd, 0x06dd),
    (0x070f, 0x070f),
    (0x0890, 0x0891),
    (0x08e2, 0x08e2),
    (0x115f, 0x1160),
    (0x17b4, 0x17b5),
    (0x180e, 0x180e),
    (0x200b, 0x200f),
    (0x2028, 0x202e),
    (0x2060, 0x206f),
    (0x3164, 0x3164),
    (0xfdd0, 0xfdef),
    (0xfeff, 0xfeff),
    (0xffa0, 0xffa0),
    (0xfff9, 0xfffb),
    (0x110bd, 0x110bd),
    (0x110cd, 0x110cd),
    (0x13430, 0x1343f),
    (0x1bca0, 0x1bca3),
    (0x1d173, 0x1d17a),
    (0xe0000, 0xe007f),
];

/// Whether a character is invisible.
pub fn is_hidden(c: char) -> bool {
    let code = c as u32;
    let is_no_character = code & 0xfffe == 0xfffe;
    let at = HIDDEN.partition_point(|(_, last)| *last < code);
    is_no_character || HIDDEN.get(at).is_some_and(|(first, _)| *first <= code)
}

/// Whether a character is allowed in an identifier: of all spaces, only the plain one is.
pub fn is_identifying(c: char) -> bool {
    c == ' ' || !c.is_whitespace()
}

/// Checks the rules that all text types share.
///
/// # Errors
/// [`InvalidText`] with the first broken rule.
pub fn check(what: &'static str, text: &str, limit: usize, allowed: fn(char) -> bool) -> Result<(), InvalidText> {
    check_length(what, text, limit)?;
    // No ASCII character is invisible, and most texts have no others.
    let hidden = if text.is_ascii() { None } else { text.chars().find(|c| is_hidden(*c)) };
    if let Some(found) = hidden {
        return Err(InvalidText::Character { what, code: found as u32 });
    }
    check_recorded(what, text, limit, allowed)
}

/// Checks the rules of the first release, which every stored text obeys.
///
/// # Errors
/// [`InvalidText`] with the first broken rule.
pub fn check_recorded(
    what: &'static str,
    text: &str,
    limit: usize,
    allowed: fn(char) -> bool,
) -> Result<(), InvalidText> {
    check_length(what, text, limit)?;
    if let Some(found) = text.chars().find(|c| c.is_control() || !allowed(*c)) {
        return Err(InvalidText::Character { what, code: found as u32 });
    }
    if text.trim().len() != text.len() {
        return Err(InvalidText::Padded { what });
    }
    Ok(())
}

fn check_length(what: &'static str, text: &str, limit: usize) -> Result<(), InvalidText> {
    if text.is_empty() {
        return Err(InvalidText::Empty { what });
    }
    // A text with few enough bytes has few enough characters.
    if text.len() > limit {
        let length = text.chars().count();
        if length > limit {
            return Err(InvalidText::TooLong { what, length, limit });
        }
    }
    Ok(())
}

/// Deserialises a value from a borrowed text, without copying it.
///
/// # Errors
/// For a value that is no text, and for a text that `make` refuses.
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

/// Implements serde for a text type: serialised as its text, deserialised by a function that may refuse it.
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

/// Defines a text type with a limit in characters and a predicate over them, and a second predicate where stored values
/// may have characters that are now refused.
macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $what:literal, $limit:expr, $allowed:expr) => {
        $crate::text::text_type!($(#[$doc])* $name, $what, $limit, $allowed, recorded $allowed);
    };
    ($(#[$doc:meta])* $name:ident, $what:literal, $limit:expr, $allowed:expr, recorded $recorded:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(std::sync::Arc<str>);

        impl $name {
            /// Longest value, in characters.
            pub const LIMIT: usize = $limit;

            /// Checks a text against the type's rules.
            ///
            /// # Errors
            /// The first rule that the text breaks.
            pub fn try_new(text: impl AsRef<str>) -> Result<Self, $crate::text::InvalidText> {
                $crate::text::check($what, text.as_ref(), Self::LIMIT, $allowed)?;
                Ok(Self(text.as_ref().into()))
            }

            /// Checks a stored text, which an earlier release may have written.
            ///
            /// # Errors
            /// The first rule of the first release that the text breaks.
            pub fn recorded(text: impl AsRef<str>) -> Result<Self, $crate::text::InvalidText> {
                $crate::text::check_recorded($what, text.as_ref(), Self::LIMIT, $recorded)?;
                Ok(Self(text.as_ref().into()))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        $crate::text::serde_as_text!($name, $name::as_str, |text| $name::recorded(text));

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
    /// The description of a line on an invoice.
    Description, "description", 500, |_| true
);
text_type!(
    /// A person's reason, in their own words.
    Reason, "reason", 500, |_| true
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ExternalReference, OrderNumber, Sku};

    #[test]
    fn a_character_is_hidden_where_a_range_has_it() {
        for code in (0..=u32::from(char::MAX)).filter(|code| code & 0xfffe != 0xfffe) {
            let Some(character) = char::from_u32(code) else { continue };
            let is_in_a_range = HIDDEN.iter().any(|&(first, last)| first <= code && code <= last);
            assert_eq!(is_hidden(character), is_in_a_range, "U+{code:04X}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_refused_and_still_read_from_what_is_stored() {
        for hidden in [
            '\u{202e}',
            '\u{2066}',
            '\u{200f}',
            '\u{61c}',
            '\u{200b}',
            '\u{200d}',
            '\u{feff}',
            '\u{2060}',
            '\u{2028}',
            '\u{2029}',
            '\u{ad}',
            '\u{180e}',
            '\u{fffe}',
            '\u{fdd0}',
            '\u{1fffe}',
            '\u{10ffff}',
            '\u{e0041}',
        ] {
            let text = format!("A{hidden}B");
            let refused = |what| Err(InvalidText::Character { what, code: hidden as u32 });
            assert_eq!(Sku::try_new(&text).map(drop), refused("SKU"));
            assert_eq!(ExternalReference::try_new(&text).map(drop), refused("external reference"));
            assert_eq!(OrderNumber::try_new(&text).map(drop), refused("order number"));
            assert_eq!(Description::try_new(&text).map(drop), refused("description"));
            assert_eq!(Reason::try_new(&text).map(drop), refused("reason"));
            let stored = serde_json::to_string(&text).unwrap();
            assert_eq!(serde_json::from_str::<Sku>(&stored).unwrap().as_str(), text);
        }
    }

    #[test]
    fn spaces_of_other_widths_may_stand_in_a_description_and_not_in_an_identifier() {
        for space in ['\u{a0}', '\u{2003}', '\u{3000}', '\u{202f}'] {
            let text = format!("A{space}B");
            assert!(Description::try_new(&text).is_ok() && Sku::try_new(&text).is_err(), "{space:?}");
        }
        for text in ["Größe 42", "Chopsticks 箸", "Café – \u{201c}crème\u{201d}", "Heart ❤\u{fe0f}", "שלום", "A B"]
        {
            assert!(Description::try_new(text).is_ok() && Sku::try_new(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn control_characters_are_refused_everywhere() {
        for control in ['\0', '\n', '\t', '\u{1b}', '\u{7f}', '\u{85}', '\u{9f}'] {
            let text = format!("A{control}B");
            assert!(Sku::try_new(&text).is_err() && Sku::recorded(&text).is_err() && Reason::try_new(&text).is_err());
        }
    }
}
