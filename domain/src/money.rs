//! Money in i64 minor units, unit prices with up to four decimals, and the one rounding between them.
//!
//! Guarantees: sums are exact or refused, never wrapped; a line total is rounded once, half to even; every newly
//! decided amount fits the 53 bits that are exact in JavaScript, since some readers of the topics have only those.
//! Does not: convert between currencies.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Currency, Quantity, text};

/// The largest amount in minor units, and the largest unit price in ten-thousandths: the largest that JavaScript's common
/// reader of Avro accepts, one less than what a double represents exactly.
const EXACT_MAX: i64 = (1 << 53) - 2;

/// Why an amount was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Two amounts have different currencies.
    #[error("amounts in {0} and {1} cannot be added")]
    CurrencyMismatch(Currency, Currency),
    /// The amount is beyond what readers in every language represent exactly: 2^53 - 2 minor units, or ten-thousandths
    /// of a price.
    #[error("the amount overflows")]
    Overflow,
    /// The price is no decimal number with up to four decimals.
    #[error("not a price with up to four decimals: {0:?}")]
    MalformedPrice(String),
}

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

    /// Zero in a currency.
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// The amount in minor units.
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
        let sum = self.minor.checked_add(other.minor).filter(|sum| sum.unsigned_abs() <= EXACT_MAX.unsigned_abs());
        Ok(Self { minor: sum.ok_or(MoneyError::Overflow)?, currency: self.currency })
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

/// The price of one piece, in ten-thousandths of a major unit: a price list may go below the minor unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnitPrice(i64);

/// Decimals a unit price keeps.
pub const UNIT_PRICE_DECIMALS: u32 = 4;

impl UnitPrice {
    /// A price in ten-thousandths of a major unit; `None` below zero.
    pub const fn from_ten_thousandths(value: i64) -> Option<Self> {
        if value < 0 { None } else { Some(Self(value)) }
    }

    /// Parses a decimal number such as `2.55`, with up to four decimals and no sign or exponent.
    ///
    /// # Errors
    /// [`MoneyError::MalformedPrice`] or [`MoneyError::Overflow`].
    pub fn try_new(text: &str) -> Result<Self, MoneyError> {
        let price = Self::recorded(text)?;
        if price.0 > EXACT_MAX { Err(MoneyError::Overflow) } else { Ok(price) }
    }

    /// Parses a stored price, which an earlier release may have written: with up to 63 bits of ten-thousandths.
    ///
    /// # Errors
    /// [`MoneyError::MalformedPrice`] or [`MoneyError::Overflow`].
    pub fn recorded(text: &str) -> Result<Self, MoneyError> {
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

    /// The price in ten-thousandths of a major unit.
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
        let quotient = exact / unit;
        let rest = exact % unit;
        let up = match (rest * 2).cmp(&unit) {
            std::cmp::Ordering::Less => 0,
            std::cmp::Ordering::Greater => 1,
            std::cmp::Ordering::Equal => quotient % 2,
        };
        let minor = i64::try_from(quotient + up).ok().filter(|minor| *minor <= EXACT_MAX);
        Ok(Money::new(minor.ok_or(MoneyError::Overflow)?, currency))
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
        text::read(deserializer, Self::recorded)
    }
}

/// An exact decimal number, from a value in units of ten to the power of `-exponent`: -5 with exponent 2 is `-0.05`.
pub fn decimal(value: i128, exponent: u32) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let unit = 10_u128.pow(exponent);
    let whole = value.unsigned_abs() / unit;
    let fraction = value.unsigned_abs() % unit;
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
    fn amounts_stay_within_what_a_double_keeps() {
        let price = UnitPrice::try_new("900719925474.0990").unwrap();
        assert_eq!(price.ten_thousandths(), EXACT_MAX);
        assert_eq!(UnitPrice::try_new("900719925474.0991"), Err(MoneyError::Overflow));
        assert!(UnitPrice::recorded("900719925474.0991").is_ok(), "an earlier release stored it");
        let pieces = |count| Quantity::try_new(count).unwrap();
        assert_eq!(price.line_total(pieces(101), Currency::EUR), Err(MoneyError::Overflow));
        let largest = Money::new(EXACT_MAX, Currency::EUR);
        assert_eq!(largest.checked_add(Money::zero(Currency::EUR)), Ok(largest));
        assert_eq!(largest.checked_add(Money::new(1, Currency::EUR)), Err(MoneyError::Overflow));
    }

    proptest! {
        #[test]
        fn a_price_reads_back_as_written(value in 0_i64..=i64::MAX) {
            let price = UnitPrice::from_ten_thousandths(value).unwrap();
            prop_assert_eq!(UnitPrice::recorded(&price.to_string()), Ok(price));
        }

        #[test]
        fn a_line_total_is_within_half_a_minor_unit(value in 0_i64..900_000_000_000, quantity in 1_u32..=1_000_000) {
            let total = UnitPrice(value).line_total(Quantity::try_new(quantity).unwrap(), Currency::GBP).unwrap();
            let exact = i128::from(value) * i128::from(quantity);
            prop_assert!((i128::from(total.minor()) * 100 - exact).abs() <= 50);
        }
    }
}
