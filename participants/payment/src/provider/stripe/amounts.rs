//! Amounts as Stripe writes them. It counts minor units as ISO 4217 has them, but for two currencies that it counts in hundredths
//! although they have none.

use domain::{Currency, Money};

const HUNDREDTHS: [&str; 2] = ["ISK", "UGX"];
const FACTOR: i64 = 100;

fn factor(currency: Currency) -> i64 {
    if HUNDREDTHS.contains(&currency.code()) { FACTOR } else { 1 }
}

/// The number that Stripe takes.
pub(super) fn told(amount: Money) -> i64 {
    amount.minor().saturating_mul(factor(amount.currency()))
}

/// The minor units of a number that Stripe gives.
pub(super) fn read(number: i64, currency: Currency) -> i64 {
    number / factor(currency)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_currencies_are_told_in_hundredths() {
        for (code, number) in [("EUR", 500), ("JPY", 500), ("KWD", 500), ("ISK", 50_000), ("UGX", 50_000)] {
            let currency = Currency::try_new(code).unwrap();
            assert_eq!(told(Money::new(500, currency)), number, "{code}");
            assert_eq!(read(number, currency), 500, "{code}");
        }
    }
}
