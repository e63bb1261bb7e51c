//! Countries by English name or code.

use std::collections::HashMap;
use std::str::FromStr;

use domain::CountryCode;

/// What a file's country stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Country {
    /// A country.
    Known(CountryCode),
    /// No country, and the file says so.
    None,
    /// A name that is not known; nothing is guessed.
    Unknown,
}

/// How a column's countries are read.
#[derive(Debug, Clone)]
pub struct Countries {
    names: bool,
    also: HashMap<String, Option<CountryCode>>,
}

/// Names in common use that the library's table lacks.
const ALIASES: [(&str, &str); 5] =
    [("UK", "GB"), ("U.K.", "GB"), ("UAE", "AE"), ("U.A.E.", "AE"), ("North Macedonia", "MK")];

impl Countries {
    /// Codes, `also`, and English names when `names` is set.
    pub const fn new(names: bool, also: HashMap<String, Option<CountryCode>>) -> Self {
        Self { names, also }
    }

    /// What a text stands for.
    pub fn read(&self, text: &str) -> Country {
        if text.is_empty() {
            return Country::None;
        }
        if let Some(known) = self.also.get(text) {
            return known.map_or(Country::None, Country::Known);
        }
        let named = || if self.names { by_name(text) } else { None };
        CountryCode::try_new(text).ok().or_else(named).map_or(Country::Unknown, Country::Known)
    }
}

/// A country by its English name, whatever its case, or by its three letters.
fn by_name(name: &str) -> Option<CountryCode> {
    let alias = ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(name));
    if let Some((_, code)) = alias {
        return CountryCode::try_new(code).ok();
    }
    // The table has no spaces, points or apostrophes in its names, and no letters with marks but one.
    let plain = || -> String { name.chars().map(without_mark).filter(|c| c.is_alphanumeric()).collect() };
    let country = celes::Country::from_str(name).or_else(|_| celes::Country::from_str(&plain())).ok()?;
    // Its two small letters and its digits are no name.
    let is_name = name.len() > 2 && !name.bytes().all(|byte| byte.is_ascii_digit());
    if is_name { CountryCode::try_new(country.alpha2).ok() } else { None }
}

/// Letters with marks as names of countries have them, without.
const fn without_mark(c: char) -> char {
    match c {
        'ç' => 'c',
        'é' => 'e',
        'ã' | 'å' | 'á' => 'a',
        'Å' => 'A',
        'í' => 'i',
        'ô' | 'ó' => 'o',
        'ü' => 'u',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(code: &str) -> Country {
        Country::Known(CountryCode::try_new(code).unwrap())
    }

    #[test]
    fn knows_codes_names_and_what_people_write() {
        let countries = Countries::new(true, HashMap::new());
        for (name, code) in [
            ("DE", "DE"),
            ("Germany", "DE"),
            ("UK", "GB"),
            ("uk", "GB"),
            ("U.K.", "GB"),
            ("United Kingdom", "GB"),
            ("Great Britain", "GB"),
            ("USA", "US"),
            ("United States", "US"),
            ("United Arab Emirates", "AE"),
            ("UAE", "AE"),
            ("Netherlands", "NL"),
            ("Czech Republic", "CZ"),
            ("Czechia", "CZ"),
            ("North Macedonia", "MK"),
            ("Côte d'Ivoire", "CI"),
            ("Ivory Coast", "CI"),
            ("Türkiye", "TR"),
            ("Turkey", "TR"),
            ("South Korea", "KR"),
            ("Hong Kong", "HK"),
            ("Saudi Arabia", "SA"),
            ("DEU", "DE"),
            ("XC", "XC"),
        ] {
            assert_eq!(countries.read(name), known(code), "{name}");
        }
        for name in ["Narnia", "Korea", "Europe", "de", "276", "QQ"] {
            assert_eq!(countries.read(name), Country::Unknown, "{name}");
        }
    }

    #[test]
    fn names_are_taken_where_the_mapping_says_so() {
        let also = HashMap::from([("EIRE".to_owned(), CountryCode::try_new("IE").ok()), ("?".to_owned(), None)]);
        let codes = Countries::new(false, also);
        assert_eq!((codes.read("Germany"), codes.read("UK")), (Country::Unknown, Country::Unknown));
        assert_eq!((codes.read("EIRE"), codes.read("?"), codes.read("")), (known("IE"), Country::None, Country::None));
    }
}
