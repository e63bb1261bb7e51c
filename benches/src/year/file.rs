//! The file of a year's invoices, read as orders: one row is one line of an invoice.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::path::Path;

use domain::Timestamp;
use flate2::read::GzDecoder;

use crate::sagas::order::{Wanted, WantedLine};

/// An invoice as an order.
#[derive(Debug, Clone)]
pub struct YearOrder {
    pub invoice: String,
    /// The local time of its first row, taken as UTC.
    pub at: Timestamp,
    pub wanted: Wanted,
}

/// What the file holds.
#[derive(Debug, Default)]
pub struct Year {
    /// By time, and those of one time by invoice.
    pub orders: Vec<YearOrder>,
    /// Rows that are no line of an order, by reason.
    pub left_out: BTreeMap<&'static str, usize>,
    pub rows: usize,
}

/// Why a row is no line of an order; `None` where it is one. `price` is as the file has it.
fn reason_to_leave_out(invoice: &str, sku: &str, pieces: i64, price: &str) -> Option<&'static str> {
    let decimals = price.split_once('.').map_or("", |(_, decimals)| decimals.trim_end_matches('0'));
    let is_free = price.chars().all(|char| matches!(char, '0' | '.'));
    match () {
        () if invoice.starts_with('C') => Some("credit_note"),
        () if !invoice.starts_with(|first: char| first.is_ascii_digit()) => Some("adjustment"),
        () if pieces <= 0 => Some("no_pieces"),
        () if is_free || price.starts_with('-') => Some("no_price"),
        () if decimals.len() > 2 => Some("part_of_a_penny"),
        // Postage, fees and corrections have letters.
        () if !sku.starts_with(|first: char| first.is_ascii_digit()) => Some("no_goods"),
        () => None,
    }
}

fn minor(price: &str) -> i64 {
    let (whole, decimals) = price.split_once('.').unwrap_or((price, ""));
    let whole: i64 = whole.parse().unwrap();
    whole * 100 + format!("{decimals:0<2}")[..2].parse::<i64>().unwrap()
}

impl Year {
    /// Reads a compressed file.
    ///
    /// # Panics
    /// Where it is not as the data set is.
    pub fn read(path: &Path) -> Self {
        let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut rows = csv::ReaderBuilder::new().from_reader(GzDecoder::new(file));
        let mut year = Self::default();
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut record = csv::ByteRecord::new();
        while rows.read_byte_record(&mut record).unwrap() {
            year.rows += 1;
            let field = |place: usize| String::from_utf8_lossy(&record[place]).trim().to_owned();
            let (invoice, price, customer) = (field(0), field(5), field(6));
            // The same goods are written in both cases.
            let sku = field(1).to_uppercase();
            let pieces: i64 = field(3).parse().unwrap();
            if let Some(reason) = reason_to_leave_out(&invoice, &sku, pieces, &price) {
                *year.left_out.entry(reason).or_default() += 1;
                continue;
            }
            let place = *places.entry(invoice.clone()).or_insert_with(|| {
                let at = Timestamp::try_from(format!("{}Z", field(4))).unwrap();
                let customer = (!customer.is_empty()).then_some(customer);
                let wanted = Wanted { customer, currency: "GBP", lines: Vec::new(), has_money: true };
                year.orders.push(YearOrder { invoice, at, wanted });
                year.orders.len() - 1
            });
            let line = WantedLine { sku, pieces: u32::try_from(pieces).unwrap(), price_minor: minor(&price) };
            year.orders[place].wanted.lines.push(line);
        }
        year.orders.sort_by(|one, other| (one.at, &one.invoice).cmp(&(other.at, &other.invoice)));
        year
    }
}
