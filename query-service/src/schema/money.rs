//! Amounts.

use async_graphql::Result;
use domain::{Currency, UnitPrice};

use super::scalars::Long;
use crate::error::Code;
use crate::output::object;

/// An amount of money in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Money<'a> {
    minor: i128,
    currency: &'a str,
}

object! {
    /// An amount of money in one currency.
    Money for Money<'_> as money {
        /// The amount in minor units, such as cents for EUR.
        minor: Long => money.minor()?,
        /// The currency, as an ISO 4217 code.
        currency: &str => money.currency,
        /// The amount in major units as a decimal number, such as `12.34`.
        amount: String => money.decimal(),
    }
}

impl<'a> Money<'a> {
    /// An amount of minor units of a currency.
    pub fn new(minor: impl Into<i128>, currency: &'a str) -> Self {
        Self { minor: minor.into(), currency }
    }

    fn minor(&self) -> Result<Long> {
        i64::try_from(self.minor)
            .map(Long)
            .map_err(|_| Code::BadUserInput.error("the amount is beyond 64 bits of minor units; ask for `amount`"))
    }

    /// In major units.
    fn decimal(&self) -> String {
        let exponent = Currency::try_new(self.currency).map_or(2, Currency::exponent);
        domain::decimal(self.minor, exponent)
    }
}

/// The price of one piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price<'a> {
    ten_thousandths: i64,
    currency: &'a str,
}

object! {
    /// The price of one piece. It may have fractions of the minor unit.
    Price for Price<'_> as price {
        /// The price in major units as a decimal number with four decimals.
        amount: String => price.amount(),
        /// The currency, as an ISO 4217 code.
        currency: &str => price.currency,
    }
}

impl<'a> Price<'a> {
    /// From ten-thousandths of a major unit.
    pub const fn new(ten_thousandths: i64, currency: &'a str) -> Self {
        Self { ten_thousandths, currency }
    }

    fn amount(&self) -> String {
        let price = UnitPrice::from_ten_thousandths(self.ten_thousandths);
        price.map(|price| price.to_string()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_with_their_currencys_decimals() {
        assert_eq!(Money::new(-1_234, "EUR").decimal(), "-12.34");
        assert_eq!(Money::new(5, "GBP").decimal(), "0.05");
        assert_eq!(Money::new(1_234, "JPY").decimal(), "1234");
        assert_eq!(Money::new(i128::from(i64::MAX) * 10, "KWD").decimal(), "92233720368547758.070");
    }
}
