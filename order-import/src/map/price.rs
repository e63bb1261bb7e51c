//! What a line costs: by the piece, or as a whole.

use domain::{Currency, Quantity, UNIT_PRICE_DECIMALS, UnitPrice};

use super::Refusal;
use crate::exact::Exact;

/// What a line costs, without a sign, as its file states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Price {
    /// What one piece costs.
    Unit(UnitPrice),
    /// What the line costs, and one piece if the file states that too.
    Total {
        /// Of the line.
        total: Exact,
        /// Of one piece.
        unit: Option<Exact>,
    },
}

impl Price {
    /// What one piece costs, with which quantity times price is what the line costs.
    ///
    /// # Errors
    /// A [`Refusal`] where the two that a file states disagree, or no price of four decimals gives the total.
    pub fn unit(self, quantity: Quantity, currency: Currency) -> Result<UnitPrice, Refusal> {
        let (total, unit) = match self {
            Self::Unit(price) => return Ok(price),
            Self::Total { total, unit } => (total, unit),
        };
        let Some(minor) = total.as_scaled(currency.exponent()) else {
            let detail = format!("the line total {total} has more decimals than {currency} has");
            return Err(Refusal::new("line_total_too_precise", detail));
        };
        if let Some(unit) = unit {
            let product = unit.times(Exact::from_whole(quantity.get().into()));
            if product.is_none_or(|product| product.rounded(currency.exponent()) != total) {
                let detail =
                    format!("{quantity} pieces at {unit} are not the line total {total}", quantity = quantity.get());
                return Err(Refusal::new("line_total_differs", detail));
            }
        }
        let gives_total =
            |price: &UnitPrice| price.line_total(quantity, currency).is_ok_and(|computed| computed.minor() == minor);
        let stated =
            unit.and_then(|unit| unit.as_scaled(UNIT_PRICE_DECIMALS)).and_then(UnitPrice::from_ten_thousandths);
        stated.filter(gives_total).or_else(|| divided(minor, quantity, currency).filter(gives_total)).ok_or_else(|| {
            let pieces = quantity.get();
            let detail = format!("no price of {UNIT_PRICE_DECIMALS} decimals makes {pieces} pieces cost {total}");
            Refusal::new("line_total_not_divisible", detail)
        })
    }
}

/// A total divided by its pieces, rounded to the decimals of a unit price.
fn divided(minor: i64, quantity: Quantity, currency: Currency) -> Option<UnitPrice> {
    let scale = 10_i128.pow(UNIT_PRICE_DECIMALS.saturating_sub(currency.exponent()));
    let total = i128::from(minor) * scale;
    let pieces = i128::from(quantity.get());
    let price = i64::try_from((total + pieces / 2) / pieces).ok()?;
    UnitPrice::from_ten_thousandths(price)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(total: &str, unit: Option<&str>, pieces: u32, currency: Currency) -> Result<String, String> {
        let exact = |text: &str| Exact::try_new(text).unwrap();
        let price = Price::Total { total: exact(total), unit: unit.map(exact) };
        let found = price.unit(Quantity::try_new(pieces).unwrap(), currency);
        found.map(|price| price.to_string()).map_err(|refusal| refusal.code.into_owned())
    }

    #[test]
    fn a_line_total_gives_the_price_of_a_piece() {
        for (total, stated, pieces, currency, expected) in [
            ("10.00", None, 1, Currency::EUR, Ok("10.0000")),
            ("10.00", None, 3, Currency::EUR, Ok("3.3333")),
            ("10.00", Some("3.333333"), 3, Currency::EUR, Ok("3.3333")),
            ("10.00", Some("5"), 2, Currency::EUR, Ok("5.0000")),
            ("0", None, 7, Currency::EUR, Ok("0.0000")),
            ("1000", None, 3, Currency::JPY, Ok("333.3333")),
            ("10.00", Some("5"), 3, Currency::EUR, Err("line_total_differs")),
            ("10.001", None, 1, Currency::EUR, Err("line_total_too_precise")),
            ("10.5", None, 1, Currency::JPY, Err("line_total_too_precise")),
            ("10000.01", None, 999_999, Currency::EUR, Err("line_total_not_divisible")),
        ] {
            let expected = expected.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(unit(total, stated, pieces, currency), expected, "{total} for {pieces}");
        }
    }
}
