//! Amounts.

#![expect(clippy::unused_async, reason = "the library takes a field that can fail only as a future")]

use async_graphql::{Object, Result, SimpleObject};
use domain::{Currency, UnitPrice};

use super::scalars::Long;
use crate::error::Code;

/// An amount of money in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Money {
    minor: i128,
    currency: String,
}

impl Money {
    /// An amount of minor units of a currency.
    pub fn new(minor: impl Into<i128>, currency: impl Into<String>) -> Self {
        Self { minor: minor.into(), currency: currency.into() }
    }

    /// In major units.
    fn decimal(&self) -> String {
        let exponent = Currency::try_new(&self.currency).map_or(2, Currency::exponent);
        domain::decimal(self.minor, exponent)
    }
}

impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.decimal(), self.currency)
    }
}

/// An amount of money in one currency.
#[Object]
impl Money {
    /// The amount in minor units, such as cents for EUR.
    async fn minor(&self) -> Result<Long> {
        i64::try_from(self.minor)
            .map(Long)
            .map_err(|_| Code::BadUserInput.error("the amount is beyond 64 bits of minor units; ask for `amount`"))
    }

    /// The currency, as an ISO 4217 code.
    async fn currency(&self) -> &str {
        &self.currency
    }

    /// The amount in major units as a decimal number, such as `12.34`.
    async fn amount(&self) -> String {
        self.decimal()
    }
}

/// The price of one piece. It may have fractions of the minor unit.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
pub struct Price {
    /// The price in major units as a decimal number with four decimals.
    pub amount: String,
    /// The currency, as an ISO 4217 code.
    pub currency: String,
}

impl Price {
    /// From ten-thousandths of a major unit.
    pub fn new(ten_thousandths: i64, currency: &str) -> Self {
        let amount = UnitPrice::from_ten_thousandths(ten_thousandths).map(|price| price.to_string());
        Self { amount: amount.unwrap_or_default(), currency: currency.to_owned() }
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
