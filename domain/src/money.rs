//! Money in i64 minor units, unit prices with up to four decimals, and the one rounding between them.
//!
//! Guarantees: sums are exact or refused, never wrapped; a line total is rounded once, half to even.
//! Does not: convert between currencies.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::serde_as_text;
use crate::{Quantity, codes, text};

/// An ISO 4217 currency.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

/// Why an amount was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not a currency of ISO 4217 with minor units.
    #[error("unknown currency {0:?}")]
    UnknownCurrency(String),
    /// Two currencies where one is needed.
    #[error("amounts in {0} and {1} cannot be added")]
    CurrencyMismatch(Currency, Currency),
    /// Beyond what 64 bits of minor units hold.
    #[error("the amount overflows")]
    Overflow,
    /// Not a decimal number with up to four decimals.
    #[error("not a price with up to four decimals: {0:?}")]
    MalformedPrice(String),
}

/// ISO 4217 active codes whose exponent is not two. Source: ISO 4217:2015 list one, 2024-06-25.
const EXPONENTS: [(&str, u32); 22] = [
    ("BIF", 0),
    ("CLP", 0),
    ("DJF", 0),
    ("GNF", 0),
    ("ISK", 0),
    ("JPY", 0),
    ("KMF", 0),
    ("KRW", 0),
    ("PYG", 0),
    ("RWF", 0),
    ("UGX", 0),
    ("VND", 0),
    ("VUV", 0),
    ("XAF", 0),
    ("XOF", 0),
    ("XPF", 0),
    ("BHD", 3),
    ("IQD", 3),
    ("JOD", 3),
    ("KWD", 3),
    ("LYD", 3),
    ("OMR", 3),
];

/// ISO 4217 active codes with two decimals, sorted. Source: as above.
const TWO_DECIMALS: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF \
    CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD \
    KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD \
    PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD \
    TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWG";

impl Currency {
    /// The pound sterling.
    pub const GBP: Self = Self(*b"GBP");
    /// The euro.
    pub const EUR: Self = Self(*b"EUR");
    /// The yen.
    pub const JPY: Self = Self(*b"JPY");

    /// Takes an ISO 4217 code in capitals.
    ///
    /// # Errors
    /// [`MoneyError::UnknownCurrency`] for anything else.
    pub fn try_new(code: &str) -> Result<Self, MoneyError> {
        let known = code.len() == 3
            && (code == "TND"
                || codes::contains::<4>(TWO_DECIMALS, code)
                || EXPONENTS.iter().any(|(known, _)| *known == code));
        match <[u8; 3]>::try_from(code.as_bytes()) {
            Ok(bytes) if known => Ok(Self(bytes)),
            _ => Err(MoneyError::UnknownCurrency(code.chars().take(8).collect())),
        }
    }

    /// The code in capitals.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a currency code is ASCII")
    }

    /// Decimals of the minor unit: 2 for EUR, 0 for JPY, 3 for KWD.
    pub fn exponent(self) -> u32 {
        if self.code() == "TND" {
            return 3;
        }
        EXPONENTS.iter().find(|(code, _)| *code == self.code()).map_or(2, |(_, exponent)| *exponent)
    }
}

impl std::fmt::Debug for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

serde_as_text!(Currency, Currency::code, Currency::try_new);

/// An amount in minor units (cents for EUR) of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// An amount in minor units.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in a currency.
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// Minor units.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The sum of two amounts.
    ///
    /// # Errors
    /// [`MoneyError`] when currencies differ or the sum overflows.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch(self.currency, other.currency));
        }
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, currency: self.currency })
    }

    /// The amount in major units, such as `12.34`.
    pub fn to_decimal(self) -> String {
        decimal(i128::from(self.minor), self.currency.exponent())
    }
}

impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.to_decimal(), self.currency)
    }
}

/// What one piece costs, in ten-thousandths of a major unit: a price list may go below the minor unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnitPrice(i64);

/// Decimals a unit price keeps.
pub const UNIT_PRICE_DECIMALS: u32 = 4;

impl UnitPrice {
    /// A price in ten-thousandths of a major unit; `None` below zero.
    pub const fn from_ten_thousandths(value: i64) -> Option<Self> {
        if value < 0 { None } else { Some(Self(value)) }
    }

    /// Reads a decimal number such as `2.55`, with up to four decimals and no sign or exponent.
    ///
    /// # Errors
    /// [`MoneyError::MalformedPrice`] or [`MoneyError::Overflow`].
    pub fn try_new(text: &str) -> Result<Self, MoneyError> {
        let malformed = || MoneyError::MalformedPrice(text.chars().take(40).collect());
        let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let fraction = match fraction {
            None => "",
            Some(fraction) if digits(fraction) && fraction.len() <= UNIT_PRICE_DECIMALS as usize => fraction,
            Some(_) => return Err(malformed()),
        };
        if !digits(whole) {
            return Err(malformed());
        }
        let zeros = (fraction.len()..UNIT_PRICE_DECIMALS as usize).map(|_| b'0');
        let mut digits = whole.bytes().chain(fraction.bytes()).chain(zeros).map(|digit| i64::from(digit - b'0'));
        let value = digits.try_fold(0_i64, |value, digit| value.checked_mul(10)?.checked_add(digit));
        value.map(Self).ok_or(MoneyError::Overflow)
    }

    /// Ten-thousandths of a major unit.
    pub const fn ten_thousandths(self) -> i64 {
        self.0
    }

    /// The line total for a quantity: exact, then rounded once to the minor unit, half to even.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when the total does not fit.
    pub fn line_total(self, quantity: Quantity, currency: Currency) -> Result<Money, MoneyError> {
        let exact = i128::from(self.0) * i128::from(quantity.get());
        let unit = 10_i128.pow(UNIT_PRICE_DECIMALS - currency.exponent());
        let (quotient, rest) = (exact / unit, exact % unit);
        let up = match (rest * 2).cmp(&unit) {
            std::cmp::Ordering::Less => 0,
            std::cmp::Ordering::Greater => 1,
            std::cmp::Ordering::Equal => quotient % 2,
        };
        let minor = i64::try_from(quotient + up).map_err(|_| MoneyError::Overflow)?;
        Ok(Money::new(minor, currency))
    }
}

impl std::fmt::Display for UnitPrice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&decimal(i128::from(self.0), UNIT_PRICE_DECIMALS))
    }
}

impl Serialize for UnitPrice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for UnitPrice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::read(deserializer, Self::try_new)
    }
}

fn decimal(value: i128, exponent: u32) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let unit = 10_u128.pow(exponent);
    let (whole, fraction) = (value.unsigned_abs() / unit, value.unsigned_abs() % unit);
    if exponent == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction:0width$}", width = exponent as usize)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rounds_a_line_total_once_and_half_to_even() {
        let total = |price: &str, quantity: u32, currency| {
            let quantity = Quantity::try_new(quantity).unwrap();
            UnitPrice::try_new(price).unwrap().line_total(quantity, currency).unwrap().minor()
        };
        assert_eq!(total("0.005", 1, Currency::GBP), 0);
        assert_eq!(total("0.015", 1, Currency::GBP), 2);
        assert_eq!(total("0.0051", 1, Currency::GBP), 1);
        assert_eq!(total("2.5", 1, Currency::JPY), 2);
        assert_eq!(total("1.04", 80_995, Currency::GBP), 8_423_480);
        assert_eq!(total("0.001", 1_000, Currency::try_new("KWD").unwrap()), 1_000);
    }

    #[test]
    fn refuses_what_is_no_price() {
        for text in ["", ".", "1.", ".5", "-1", "+1", "1e3", "1.00001", "NaN", "1,5", " 1", "１"] {
            assert!(matches!(UnitPrice::try_new(text), Err(MoneyError::MalformedPrice(_))), "{text}");
        }
        assert_eq!(UnitPrice::try_new("9223372036854775807"), Err(MoneyError::Overflow));
    }

    #[test]
    fn knows_the_exponents_of_iso_4217() {
        for (code, exponent) in [("EUR", 2), ("JPY", 0), ("KWD", 3), ("TND", 3), ("XPF", 0)] {
            assert_eq!(Currency::try_new(code).unwrap().exponent(), exponent, "{code}");
        }
        for code in ["eur", "XXX", "", "EURO", "ÄU"] {
            assert!(Currency::try_new(code).is_err(), "{code}");
        }
    }

    proptest! {
        #[test]
        fn a_price_reads_back_as_written(value in 0_i64..=i64::MAX) {
            let price = UnitPrice::from_ten_thousandths(value).unwrap();
            prop_assert_eq!(UnitPrice::try_new(&price.to_string()), Ok(price));
        }

        #[test]
        fn a_line_total_is_within_half_a_minor_unit(value in 0_i64..1_000_000_000_000, quantity in 1_u32..=1_000_000) {
            let total = UnitPrice(value).line_total(Quantity::try_new(quantity).unwrap(), Currency::GBP).unwrap();
            let exact = i128::from(value) * i128::from(quantity);
            prop_assert!((i128::from(total.minor()) * 100 - exact).abs() <= 50);
        }
    }
}
