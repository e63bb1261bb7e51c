//! Languages, plurals, and how money is written.

use domain::Currency;
use domain::contract::ContractMoney;
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRules};

/// The language that there are always templates of.
const LAST_RESORT: &str = "en";
/// Between a number and its currency, and never at the end of a line.
const NO_BREAK_SPACE: char = '\u{a0}';

/// The language of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Language {
    /// The folder of its templates, such as `de`.
    pub(super) code: String,
    /// How numbers are written, such as `de-CH`.
    pub(super) locale: String,
}

impl Language {
    /// The language of a tag, or English where there are no templates of it.
    pub(super) fn of(tag: &str, has_templates: impl Fn(&str) -> bool) -> Self {
        let locale: Option<Locale> = tag.parse().ok();
        let known = locale.map(|locale| (locale.id.language.to_string(), locale.to_string()));
        match known.filter(|(code, _)| has_templates(code)) {
            Some((code, locale)) => Self { code, locale },
            None => Self { code: LAST_RESORT.to_owned(), locale: LAST_RESORT.to_owned() },
        }
    }
}

/// The language of most people in a country, where the engine has templates of it.
pub(super) fn of_country(country: &str) -> Option<&'static str> {
    match country {
        "DE" => Some("de"),
        "AT" => Some("de-AT"),
        "LI" => Some("de-LI"),
        "FR" | "MC" => Some("fr"),
        "GB" => Some("en-GB"),
        "US" => Some("en-US"),
        _ => None,
    }
}

fn locale(tag: &str) -> Locale {
    tag.parse().unwrap_or(Locale::UNKNOWN)
}

/// The name of the form that a word has for a number, such as `one`.
pub(super) fn plural_category(count: i64, tag: &str) -> &'static str {
    let category = PluralRules::try_new(locale(tag).into(), icu_plurals::PluralRulesOptions::default())
        .map(|rules| rules.category_for(count.unsigned_abs()));
    match category {
        Ok(PluralCategory::Zero) => "zero",
        Ok(PluralCategory::One) => "one",
        Ok(PluralCategory::Two) => "two",
        Ok(PluralCategory::Few) => "few",
        Ok(PluralCategory::Many) => "many",
        Ok(PluralCategory::Other) | Err(_) => "other",
    }
}

/// An amount in a language: `€1,234.50`, `1.234,50 €`.
pub(super) fn money(amount: &ContractMoney, tag: &str) -> String {
    let exponent = Currency::try_new(&amount.currency).map_or(2, Currency::exponent);
    let mut number = Decimal::from(amount.minor);
    number.multiply_pow10(-i16::try_from(exponent).unwrap_or(2));
    let locale = locale(tag);
    let is_before = locale.id.language.as_str() == "en";
    let digits = DecimalFormatter::try_new(locale.into(), icu_decimal::options::DecimalFormatterOptions::default())
        .map_or_else(|_| number.to_string(), |formatter| formatter.format(&number).to_string());
    match (symbol(&amount.currency), is_before) {
        (Some(symbol), true) => format!("{symbol}{digits}"),
        (None, true) => format!("{}{NO_BREAK_SPACE}{digits}", amount.currency),
        (symbol, false) => format!("{digits}{NO_BREAK_SPACE}{}", symbol.unwrap_or(&amount.currency)),
    }
}

/// The sign of a currency that everybody knows; others are named by their code.
fn symbol(currency: &str) -> Option<&'static str> {
    match currency {
        "EUR" => Some("€"),
        "GBP" => Some("£"),
        "USD" => Some("$"),
        "JPY" => Some("¥"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(minor: i64, currency: &str) -> ContractMoney {
        ContractMoney { minor, currency: currency.to_owned() }
    }

    #[test]
    fn money_is_written_as_in_its_language() {
        assert_eq!(money(&amount(123_450, "EUR"), "en-GB"), "€1,234.50");
        assert_eq!(money(&amount(123_450, "EUR"), "de"), "1.234,50\u{a0}€");
        assert_eq!(money(&amount(123_450, "EUR"), "fr"), "1\u{202f}234,50\u{a0}€");
        assert_eq!(money(&amount(123_450, "CHF"), "de-CH"), "1'234.50\u{a0}CHF");
        assert_eq!(money(&amount(1_234, "JPY"), "en"), "¥1,234");
        assert_eq!(money(&amount(-5, "CHF"), "en"), "CHF\u{a0}-0.05");
    }

    #[test]
    fn words_have_the_form_of_their_number() {
        assert_eq!([0, 1, 2].map(|count| plural_category(count, "en")), ["other", "one", "other"]);
        assert_eq!([0, 1, 2].map(|count| plural_category(count, "fr")), ["one", "one", "other"]);
        assert_eq!(plural_category(1_000_000, "fr"), "many");
        assert_eq!([1, 2, 5].map(|count| plural_category(count, "pl")), ["one", "few", "many"]);
    }

    #[test]
    fn a_language_without_templates_is_english() {
        let has = |code: &str| ["en", "de"].contains(&code);
        let of = |tag| Language::of(tag, has);
        assert_eq!(of("de-CH"), Language { code: "de".to_owned(), locale: "de-CH".to_owned() });
        assert_eq!((of("pl").code, of("nonsense!").code), ("en".to_owned(), "en".to_owned()));
    }
}
