//! Which sale a credit takes back.
//!
//! The rule: the latest sale to the same customer that was placed no later than the credit and has at least the credited
//! quantity left of every stock code of the credit. The quantity is then subtracted from what is left of the sale. A credit
//! without customer, or without such a sale, names none.
//! Guarantees: the same file gives the same result. Memory is bounded, because the oldest sales are forgotten first.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::row::PricedLine;

/// Lines of sales that are remembered.
const LINES_MAX: usize = 2_000_000;

/// Sales that credits may take back.
#[derive(Debug)]
pub struct Sales {
    lines_max: usize,
    lines: usize,
    codes: HashMap<Arc<str>, u32>,
    by_customer: HashMap<Arc<str>, VecDeque<Sale>>,
    /// Customers of the remembered sales, oldest sale first.
    order: VecDeque<Arc<str>>,
}

#[derive(Debug)]
struct Sale {
    number: Arc<str>,
    placed: DateTime<Utc>,
    /// Stock code and pieces left, sorted by code.
    left: Box<[(u32, u64)]>,
}

impl Default for Sales {
    fn default() -> Self {
        Self::with_limit(LINES_MAX)
    }
}

impl Sales {
    fn with_limit(lines_max: usize) -> Self {
        let codes = HashMap::new();
        let by_customer = HashMap::new();
        let order = VecDeque::new();
        Self { lines_max, lines: 0, codes, by_customer, order }
    }

    /// Remembers a sale.
    pub fn remember(&mut self, number: &Arc<str>, customer: &Arc<str>, placed: DateTime<Utc>, lines: &[PricedLine]) {
        let left = self.pieces(lines).into_boxed_slice();
        self.lines += left.len();
        let sale = Sale { number: Arc::clone(number), placed, left };
        self.by_customer.entry(Arc::clone(customer)).or_default().push_back(sale);
        self.order.push_back(Arc::clone(customer));
        while self.lines > self.lines_max {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let Some(customer) = self.order.pop_front() else { return };
        let Some(sales) = self.by_customer.get_mut(&customer) else { return };
        if let Some(sale) = sales.pop_front() {
            self.lines -= sale.left.len();
        }
        if sales.is_empty() {
            self.by_customer.remove(&customer);
        }
    }

    /// The number of the sale that a credit takes back.
    pub fn take_back(&mut self, customer: &Arc<str>, placed: DateTime<Utc>, lines: &[PricedLine]) -> Option<Arc<str>> {
        let wanted = self.pieces(lines);
        let sales = self.by_customer.get_mut(customer)?;
        let fits = |sale: &&mut Sale| sale.placed <= placed && sale.covers(&wanted);
        // Of several at one time the last in the file counts as the latest.
        let sale = sales.iter_mut().filter(fits).max_by_key(|sale| sale.placed)?;
        sale.use_up(&wanted);
        Some(Arc::clone(&sale.number))
    }

    /// Pieces for each stock code, sorted by code.
    fn pieces(&mut self, lines: &[PricedLine]) -> Vec<(u32, u64)> {
        let mut pieces: Vec<(u32, u64)> = lines
            .iter()
            .map(|line| {
                let next = u32::try_from(self.codes.len()).unwrap_or(u32::MAX);
                let code = *self.codes.entry(Arc::clone(&line.sku)).or_insert(next);
                (code, line.quantity.get().into())
            })
            .collect();
        pieces.sort_unstable();
        pieces.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        pieces
    }
}

impl Sale {
    fn index_of(&self, code: u32) -> Option<usize> {
        self.left.binary_search_by_key(&code, |(known, _)| *known).ok()
    }

    fn covers(&self, wanted: &[(u32, u64)]) -> bool {
        wanted.iter().all(|(code, pieces)| self.index_of(*code).is_some_and(|index| self.left[index].1 >= *pieces))
    }

    fn use_up(&mut self, wanted: &[(u32, u64)]) {
        for (code, pieces) in wanted {
            if let Some(index) = self.index_of(*code) {
                self.left[index].1 -= pieces;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{Quantity, UnitPrice};

    use super::*;

    fn day(day: u32) -> DateTime<Utc> {
        chrono::NaiveDate::from_ymd_opt(2011, 1, day).unwrap().and_hms_opt(9, 0, 0).unwrap().and_utc()
    }

    fn lines(pieces: &[(&str, u32)]) -> Vec<PricedLine> {
        let line = |(sku, pieces): &(&str, u32)| PricedLine {
            sku: (*sku).into(),
            description: None,
            quantity: Quantity::try_new(*pieces).unwrap(),
            unit_price: UnitPrice::try_new("1").unwrap(),
        };
        pieces.iter().map(line).collect()
    }

    fn sales(limit: usize) -> Sales {
        let mut sales = Sales::with_limit(limit);
        sales.remember(&"1".into(), &"anna".into(), day(1), &lines(&[("A", 5), ("B", 2), ("A", 5)]));
        sales.remember(&"2".into(), &"anna".into(), day(3), &lines(&[("A", 6)]));
        sales.remember(&"3".into(), &"berta".into(), day(4), &lines(&[("A", 100)]));
        sales
    }

    fn take(sales: &mut Sales, on: u32, pieces: &[(&str, u32)]) -> Option<String> {
        sales.take_back(&"anna".into(), day(on), &lines(pieces)).map(|number| number.to_string())
    }

    #[test]
    fn the_latest_sale_with_enough_left_is_taken_back_and_used_up() {
        let mut sales = sales(100);
        assert_eq!(take(&mut sales, 5, &[("A", 4)]).as_deref(), Some("2"));
        assert_eq!(take(&mut sales, 5, &[("A", 4)]).as_deref(), Some("1"));
        assert_eq!(take(&mut sales, 5, &[("A", 6), ("B", 2)]).as_deref(), Some("1"));
        assert_eq!(take(&mut sales, 5, &[("B", 1)]), None);
    }

    #[test]
    fn later_sales_other_customers_and_other_goods_do_not_fit() {
        let mut sales = sales(100);
        assert_eq!(take(&mut sales, 2, &[("A", 1)]).as_deref(), Some("1"));
        assert_eq!(take(&mut sales, 9, &[("A", 50)]), None);
        assert_eq!(take(&mut sales, 9, &[("C", 1)]), None);
        assert_eq!(sales.take_back(&"carla".into(), day(9), &lines(&[("A", 1)])), None);
    }

    #[test]
    fn the_oldest_sales_are_forgotten_first() {
        let mut sales = sales(2);
        assert_eq!(take(&mut sales, 9, &[("B", 1)]), None);
        assert_eq!(take(&mut sales, 9, &[("A", 6)]).as_deref(), Some("2"));
        assert_eq!(sales.lines, 2);
    }
}
