//! The forms of a request's texts, described as exactly as the engine checks them.
//!
//! The handlers' types say that a field is a text and whether it may be left out. What it may hold follows here from
//! the domain's own checks, so that the two cannot drift apart: a test holds that no text of a request is left without
//! a form.

use std::fmt::Write;
use std::sync::LazyLock;

use domain::{CountryCode, Currency, is_hidden};
use serde_json::Value;
use utoipa::openapi::schema::{Object, Schema};
use utoipa::openapi::{OpenApi, RefOr};

/// The form of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One line without invisible characters, and without white space at its ends.
    Line,
    /// The same, and of all spaces only the plain one.
    Identifier,
    /// Visible ASCII.
    Ascii,
    /// Small letters, digits and hyphens.
    Slug,
    /// A currency in use.
    Currency,
    /// A currency in use or withdrawn, for what is history.
    AnyCurrency,
    /// A country.
    Country,
    /// A decimal number with up to four decimals.
    Price,
    /// A moment within the years that are taken.
    Moment,
    /// A day of the calendar, such as `2026-11-27`.
    Day,
    /// Any UUID.
    Uuid,
    /// A UUID of version 7.
    UuidV7,
    /// A telephone number.
    Phone,
    /// An email address.
    Email,
}

/// A text of a request: its schema, its property, its form, and its longest length where the form does not bound it.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    pub schema: &'static str,
    pub property: &'static str,
    pub form: Form,
    pub chars_max: usize,
}

impl Text {
    /// Says what a property may hold.
    pub const fn new(schema: &'static str, property: &'static str, form: Form, chars_max: usize) -> Self {
        Self { schema, property, form, chars_max }
    }
}

/// Writes the forms of texts into a description.
pub fn complete<'a>(openapi: &mut OpenApi, texts: impl IntoIterator<Item = &'a Text>) {
    let Some(components) = &mut openapi.components else { return };
    for Text { schema, property, form, chars_max } in texts {
        let Some(object) = components.schemas.get_mut(*schema).and_then(object_mut) else { continue };
        let is_required = object.required.iter().any(|name| name == property);
        if let Some(text) = object.properties.get_mut(*property).and_then(object_mut) {
            form.write(text, *chars_max, is_required);
        }
    }
}

/// The schema as an object, if it is one.
pub fn object_mut(schema: &mut RefOr<Schema>) -> Option<&mut Object> {
    match schema {
        RefOr::T(Schema::Object(object)) => Some(object),
        _ => None,
    }
}

impl Form {
    fn write(self, text: &mut Object, chars_max: usize, is_required: bool) {
        if let Some(codes) = self.codes() {
            let absent = (!is_required).then_some(Value::Null);
            text.enum_values = Some(codes.iter().map(|code| Value::from(code.as_str())).chain(absent).collect());
            text.pattern = None;
            return;
        }
        // An empty optional text counts as left out.
        let body = self.pattern();
        text.pattern = Some(if is_required { format!("^{body}$") } else { format!("^({body})?$") });
        text.min_length = is_required.then_some(1);
        text.max_length = Some(chars_max);
    }

    /// The values, where they can be counted.
    fn codes(self) -> Option<&'static [String]> {
        static CURRENT: LazyLock<Vec<String>> = LazyLock::new(|| codes(3, |code| Currency::current(code).is_ok()));
        static ALL: LazyLock<Vec<String>> = LazyLock::new(|| codes(3, |code| Currency::try_new(code).is_ok()));
        static COUNTRIES: LazyLock<Vec<String>> = LazyLock::new(|| codes(2, |code| CountryCode::try_new(code).is_ok()));
        match self {
            Self::Currency => Some(&CURRENT),
            Self::AnyCurrency => Some(&ALL),
            Self::Country => Some(&COUNTRIES),
            _ => None,
        }
    }

    /// A regular expression of ECMA-262 without its anchors.
    fn pattern(self) -> &'static str {
        // Each asks for every character that there is, so once is enough.
        static LINE: LazyLock<String> = LazyLock::new(|| bounded(|c| c.is_control() || is_hidden(c)));
        static IDENTIFIER: LazyLock<String> =
            LazyLock::new(|| bounded(|c| c.is_control() || is_hidden(c) || (c != ' ' && c.is_whitespace())));
        static EMAIL: LazyLock<String> = LazyLock::new(|| {
            let part = class(|c| c.is_control() || is_hidden(c) || c.is_whitespace() || c == '@');
            format!("[^{part}]+@[^{part}]+")
        });
        match self {
            Self::Line => &LINE,
            Self::Identifier => &IDENTIFIER,
            Self::Email => &EMAIL,
            Self::Ascii => "[!-~]+",
            Self::Slug => "[a-z0-9-]+",
            Self::Price => "[0-9]{1,11}(\\.[0-9]{1,4})?",
            Self::Day => "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])",
            Self::Moment => "(18[3-9]|19[0-9]|2[01][0-9]|22[0-4])[0-9]-[0-9]{2}-[0-9]{2}[Tt].*",
            Self::Uuid => "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
            Self::UuidV7 => "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-7[0-9A-Fa-f]{3}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}",
            Self::Phone => "[+./()-]*[0-9]([0-9 +./()-]*[0-9+./()-])?",
            Self::Currency | Self::AnyCurrency | Self::Country => ".*",
        }
    }
}

/// All codes of so many capital letters that a check takes.
fn codes(letters: u32, is_one: impl Fn(&str) -> bool) -> Vec<String> {
    let all = 26_u32.pow(letters);
    let spelled = (0..all).map(|number| {
        let letter = |digit: u32| char::from(b'A' + u8::try_from(number / 26_u32.pow(digit) % 26).unwrap_or_default());
        (0..letters).rev().map(letter).collect::<String>()
    });
    spelled.filter(|code| is_one(code)).collect()
}

/// One or more characters, none of them refused, and no white space at the ends.
fn bounded(is_refused: impl Fn(char) -> bool) -> String {
    let within = class(&is_refused);
    let at_an_end = class(|c| is_refused(c) || c.is_whitespace());
    format!("[^{at_an_end}]([^{within}]*[^{at_an_end}])?")
}

/// The inside of a character class with all characters that a check holds for.
fn class(holds: impl Fn(char) -> bool) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for code in (0..=u32::from(char::MAX)).filter(|code| char::from_u32(*code).is_some_and(&holds)) {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == code => *last = code,
            _ => ranges.push((code, code)),
        }
    }
    ranges.iter().fold(String::new(), |mut class, (first, last)| {
        push(&mut class, *first);
        if last > first {
            class.push('-');
            push(&mut class, *last);
        }
        class
    })
}

fn push(class: &mut String, code: u32) {
    match char::from_u32(code) {
        Some(character) if code > 0xffff => class.push(character),
        _ => _ = write!(class, "\\u{code:04x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_that_the_engine_takes() {
        let currencies = Form::Currency.codes().unwrap();
        assert!(currencies.contains(&"EUR".to_owned()) && !currencies.contains(&"DEM".to_owned()));
        assert!(Form::AnyCurrency.codes().unwrap().contains(&"DEM".to_owned()));
        let countries = Form::Country.codes().unwrap();
        assert!(countries.contains(&"GB".to_owned()) && !countries.contains(&"AB".to_owned()));
    }

    #[test]
    fn a_class_names_ranges() {
        assert_eq!(class(|c| ('a'..='c').contains(&c) || c == '\u{1F600}'), "\\u0061-\\u0063\u{1F600}");
        assert!(Form::Line.pattern().contains("\\u202a-\\u202e") || Form::Line.pattern().contains("-\\u202e"));
    }
}
