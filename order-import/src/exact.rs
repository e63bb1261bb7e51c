//! Decimal numbers as a file writes them, added and multiplied without any rounding.
//!
//! Guarantees: numbers are counted exactly as they were read, to the last digit; a number that does not fit is refused,
//! never truncated.

use std::fmt;
use std::ops::Neg;

/// Decimals that a sum keeps: a price's and a quantity's together.
const SCALE: u32 = 15;
/// Most decimals of one number that is read.
const DECIMALS_MAX: usize = 12;
/// Most digits before the point: two such numbers multiply to less than 10^18, far from what 128 bits hold.
const WHOLE_DIGITS_MAX: usize = 9;

/// A decimal number with up to fifteen decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Exact(i128);

/// Not a plain decimal number of up to nine digits and twelve decimals.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number of up to {WHOLE_DIGITS_MAX} digits and {DECIMALS_MAX} decimals: {0:?}")]
pub struct InvalidNumber(String);

/// A sum or product that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the amounts of the file are too large to be added up exactly")]
pub struct TooLarge;

const fn power(exponent: u32) -> i128 {
    10_i128.pow(exponent)
}

impl Exact {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Reads a number such as `-12.50`. No exponent, no thousands separator.
    ///
    /// # Errors
    /// [`InvalidNumber`] for anything else.
    pub fn try_new(text: &str) -> Result<Self, InvalidNumber> {
        let invalid = || InvalidNumber(text.chars().take(40).collect());
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let fraction = fraction.trim_end_matches('0');
        let whole = if whole.len() > WHOLE_DIGITS_MAX { whole.trim_start_matches('0') } else { whole };
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let empty = digits.bytes().all(|byte| byte == b'.');
        if empty || !plain(whole) || !plain(fraction) || whole.len() > WHOLE_DIGITS_MAX || fraction.len() > DECIMALS_MAX
        {
            return Err(invalid());
        }
        let number = |part: &str| part.bytes().fold(0_i128, |sum, digit| sum * 10 + i128::from(digit - b'0'));
        let decimals = u32::try_from(fraction.len()).map_err(|_| invalid())?;
        let value = number(whole) * power(SCALE) + number(fraction) * power(SCALE - decimals);
        Ok(Self(if negative { -value } else { value }))
    }

    /// A whole number.
    pub const fn from_whole(value: i64) -> Self {
        Self(value as i128 * power(SCALE))
    }

    /// The number when it is whole.
    pub fn as_whole(self) -> Option<i64> {
        (self.0 % power(SCALE) == 0).then(|| i64::try_from(self.0 / power(SCALE)).ok()).flatten()
    }

    /// The number in units of 10^-`decimals` when it has no more decimals than that.
    pub fn as_scaled(self, decimals: u32) -> Option<i64> {
        let unit = power(SCALE - decimals);
        (self.0 % unit == 0).then(|| i64::try_from(self.0 / unit).ok()).flatten()
    }

    /// Below zero.
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Zero.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum.
    ///
    /// # Errors
    /// [`TooLarge`] when it does not fit.
    pub fn plus(self, other: Self) -> Result<Self, TooLarge> {
        self.0.checked_add(other.0).map(Self).ok_or(TooLarge)
    }

    /// The product with a quantity; `None` when it has more decimals than are kept.
    pub fn times(self, quantity: Self) -> Option<Self> {
        let mut one = self.0;
        let mut other = quantity.0;
        let mut scale = 0;
        // Taking the zeros off first keeps the product within 128 bits and shows its true decimals.
        for factor in [&mut one, &mut other] {
            let mut decimals = SCALE;
            while decimals > 0 && *factor % 10 == 0 {
                *factor /= 10;
                decimals -= 1;
            }
            scale += decimals;
        }
        let missing = SCALE.checked_sub(scale)?;
        one.checked_mul(other)?.checked_mul(power(missing)).map(Self)
    }

    /// Rounded once to `decimals`, half to even.
    #[must_use]
    pub fn rounded(self, decimals: u32) -> Self {
        let unit = power(SCALE - decimals);
        let quotient = self.0.div_euclid(unit);
        let rest = self.0.rem_euclid(unit);
        let up = match (rest * 2).cmp(&unit) {
            std::cmp::Ordering::Less => 0,
            std::cmp::Ordering::Greater => 1,
            std::cmp::Ordering::Equal => quotient.rem_euclid(2),
        };
        Self((quotient + up) * unit)
    }

    /// The number with exactly `decimals` decimals; more are cut.
    pub fn to_fixed(self, decimals: u32) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let unit = power(SCALE).unsigned_abs();
        let units = self.0.unsigned_abs();
        let fraction = format!("{:015}", units % unit);
        let kept = usize::try_from(decimals.min(SCALE)).unwrap_or_default();
        let point = if kept == 0 { "" } else { "." };
        format!("{sign}{}{point}{}", units / unit, &fraction[..kept])
    }
}

impl Neg for Exact {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl fmt::Display for Exact {
    /// The number with all its decimals and no trailing zeros.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.to_fixed(SCALE);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn exact(text: &str) -> Exact {
        Exact::try_new(text).unwrap()
    }

    #[test]
    fn reads_and_writes_plain_decimals() {
        for (text, written) in
            [("0", "0"), ("-0", "0"), ("6.0", "6"), ("+2.55", "2.55"), (".5", "0.5"), ("-11062.06", "-11062.06")]
        {
            assert_eq!(exact(text).to_string(), written, "{text}");
        }
        for text in ["", ".", "-", "1e3", "1,5", "NaN", " 1", "1234567890", "0.1234567890123", "1.2.3", "--1", "-."] {
            assert!(Exact::try_new(text).is_err(), "{text}");
        }
        assert_eq!(exact("000000000012.5000000000000"), exact("12.5"));
    }

    #[test]
    fn multiplies_exactly_or_not_at_all() {
        assert_eq!(exact("0.001").times(exact("3")), Some(exact("0.003")));
        assert_eq!(exact("-1.04").times(exact("80995")), Some(exact("-84234.8")));
        assert_eq!(exact("0.123456789").times(exact("0.1234567")), None);
        let largest = exact("999999999.999").times(exact("999999999")).unwrap();
        assert_eq!(largest.to_string(), "999999998999000000.001");
    }

    #[test]
    fn rounds_half_to_even_on_both_sides_of_zero() {
        for (text, rounded) in [
            ("0.005", "0.00"),
            ("0.015", "0.02"),
            ("-0.005", "0.00"),
            ("-0.015", "-0.02"),
            ("0.0051", "0.01"),
            ("-2.675", "-2.68"),
        ] {
            assert_eq!(exact(text).rounded(2).to_fixed(2), rounded, "{text}");
        }
        assert_eq!(exact("2.5").rounded(0).to_fixed(0), "2");
    }

    proptest! {
        #[test]
        fn agrees_with_the_domain_on_line_totals(price in 0_i64..1_000_000_000, quantity in 1_u32..=1_000_000) {
            let price = domain::UnitPrice::from_ten_thousandths(price).unwrap();
            let pieces = domain::Quantity::try_new(quantity).unwrap();
            let total = price.line_total(pieces, domain::Currency::GBP).unwrap();
            let ours = exact(&price.to_string()).times(Exact::from_whole(quantity.into())).unwrap();
            prop_assert_eq!(ours.rounded(2).to_fixed(2), total.to_decimal());
        }

        #[test]
        fn reads_back_what_it_writes(value in -1_000_000_000_000_000_i64..1_000_000_000_000_000) {
            let text = format!("{}{}.{:06}", if value < 0 { "-" } else { "" }, value.abs() / 10_000_000, value.abs() % 1_000_000);
            prop_assert_eq!(exact(&exact(&text).to_string()), exact(&text));
        }
    }
}
