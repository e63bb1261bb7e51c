//! What is received: at first what the file sells in the first weeks, then each week what it sold in the week before.

use std::collections::BTreeMap;

use domain::Timestamp;

use super::file::YearOrder;

const WEEK_MICROS: i64 = 7 * 86_400 * 1_000_000;
/// Weeks that the opening stock is for.
const OPENING_WEEKS: i64 = 2;

/// Goods that come at one moment: pieces by SKU.
#[derive(Debug)]
pub struct Receipt {
    pub at: Timestamp,
    pub pieces: BTreeMap<String, u64>,
}

/// The receipts of a year that starts at a moment, by time. The first is the opening stock.
pub fn receipts(orders: &[YearOrder], start: Timestamp) -> Vec<Receipt> {
    let mut by_week: BTreeMap<i64, BTreeMap<String, u64>> = BTreeMap::new();
    for order in orders {
        let week = (order.at.micros() - start.micros()) / WEEK_MICROS;
        for line in &order.wanted.lines {
            let sold = by_week.entry(week).or_default().entry(line.sku.clone()).or_default();
            *sold += u64::from(line.pieces);
        }
    }
    let mut opening: BTreeMap<String, u64> = BTreeMap::new();
    for (sku, pieces) in by_week.range(..OPENING_WEEKS).flat_map(|(_, sold)| sold) {
        *opening.entry(sku.clone()).or_default() += pieces;
    }
    let again = by_week
        .into_iter()
        .map(|(week, pieces)| Receipt { at: start.later_by_micros((week + 1) * WEEK_MICROS), pieces });
    std::iter::once(Receipt { at: start, pieces: opening }).chain(again).collect()
}
