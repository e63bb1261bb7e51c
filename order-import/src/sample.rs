//! Generated orders of the same shape and quirks as the data set "Online Retail".
//!
//! Guarantees: the same seed gives the same lines, and a longer sample begins with a shorter one's invoices. Every quirk that the
//! importer has a rule for occurs: credits with and without their sale, missing customers, negative and zero quantities, free
//! and sub-penny prices, too precise prices, repeated stock codes, scattered invoices, two times in one invoice, adjustments.
//! Names no person: customers are numbers.

use std::fmt::Write;
use std::sync::Arc;

use chrono::{Duration, NaiveDate, NaiveDateTime};
use service_kit::clock::{Ids, SeededIds, SystemClock};

const HEADER: &str = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

/// Goods with their price in ten-thousandths of a pound.
const GOODS: [(&str, &str, u32); 16] = [
    ("10002", "ENAMEL MUG, BLUE", 24_500),
    ("10125", "PAPER LANTERN", 4_200),
    ("15036", "COTTON NAPKIN SET", 12_500),
    ("15056B", "GARDEN PARASOL \"PARIS\"", 59_500),
    ("16161P", "GIFT WRAP, DOTS", 3_750),
    ("17003", "BRASS HOOK", 1_900),
    ("20725", "LUNCH BAG RED", 16_500),
    ("21034", "REX CASH BOX", 29_500),
    ("21212", "CAKE CASES", 5_500),
    ("22197", "POPCORN HOLDER", 8_500),
    ("22423", "CAKESTAND 3 TIER", 127_500),
    ("35004C", "COLOURED FRIDGE MAGNETS", 42_500),
    ("47566", "PARTY BUNTING", 49_500),
    ("84879", "BIRD ORNAMENT", 16_900),
    ("85123A", "HEART LIGHT HOLDER", 25_500),
    ("POST", "POSTAGE", 180_000),
];

/// Most are at home, as in the data set.
const COUNTRIES: [&str; 16] = [
    "United Kingdom",
    "United Kingdom",
    "United Kingdom",
    "United Kingdom",
    "United Kingdom",
    "United Kingdom",
    "United Kingdom",
    "Germany",
    "France",
    "EIRE",
    "Netherlands",
    "Channel Islands",
    "Unspecified",
    "RSA",
    "USA",
    "European Community",
];

/// A file with so many lines beside its header.
pub fn lines(count: usize, seed: u16) -> Vec<u8> {
    let mut sample = Sample::new(seed);
    while sample.lines.len() < count {
        sample.invoice();
    }
    sample.lines.truncate(count);
    sample.file()
}

/// A file with so many invoices.
pub fn orders(count: usize, seed: u16) -> Vec<u8> {
    let mut sample = Sample::new(seed);
    for _ in 0..count {
        sample.invoice();
    }
    sample.file()
}

struct Sample {
    random: SeededIds,
    seed: u16,
    invoices: u32,
    moment: NaiveDateTime,
    lines: Vec<String>,
    /// A line of an invoice that comes after the next invoice.
    late: Option<String>,
    /// Sales to known customers that a credit may take back: customer, country, goods, quantity.
    sold: Vec<(String, &'static str, usize, u64)>,
}

/// What all lines of an invoice share.
struct Shared {
    number: String,
    customer: String,
    country: &'static str,
}

impl Sample {
    fn new(seed: u16) -> Self {
        let start = NaiveDate::from_ymd_opt(2010, 12, 1).and_then(|day| day.and_hms_opt(8, 26, 0));
        Self {
            random: SeededIds::new(u64::from(seed), Arc::new(SystemClock)),
            seed,
            invoices: 0,
            moment: start.expect("the first of December is a day"),
            lines: Vec::new(),
            late: None,
            sold: Vec::new(),
        }
    }

    fn file(mut self) -> Vec<u8> {
        self.lines.extend(self.late.take());
        [HEADER.to_owned(), self.lines.concat()].concat().into_bytes()
    }

    /// A number below `limit`.
    fn below(&self, limit: u64) -> u64 {
        let mut bytes = [0; 8];
        self.random.fill(&mut bytes);
        u64::from_le_bytes(bytes) % limit
    }

    fn pick<T: Copy>(&self, of: &[T]) -> T {
        let at = self.below(u64::try_from(of.len()).unwrap_or(1));
        of[usize::try_from(at).unwrap_or_default()]
    }

    fn invoice(&mut self) {
        self.invoices += 1;
        // A few invoices an hour, through a year and its changes of the clock.
        self.moment += Duration::minutes(1 + i64::try_from(self.below(30)).unwrap_or_default());
        let late = self.late.take();
        match self.invoices % 50 {
            13 | 31 | 43 => self.credit(),
            20 => self.write_off(),
            37 => self.adjustment(),
            _ => self.sale(),
        }
        self.lines.extend(late);
    }

    fn shared(&self, prefix: &str) -> Shared {
        let customer = if self.below(4) == 0 { String::new() } else { (12_346 + self.below(40)).to_string() };
        Shared {
            number: format!("{prefix}{:03}{:06}", self.seed, self.invoices),
            customer,
            country: self.pick(&COUNTRIES),
        }
    }

    fn sale(&mut self) {
        let shared = self.shared("");
        let count = 1 + self.below(if self.invoices % 50 == 7 { 120 } else { 12 });
        let start = self.lines.len();
        for _ in 0..count {
            let goods = usize::try_from(self.below(16)).unwrap_or_default();
            let quantity = 1 + self.below(24);
            self.sale_line(&shared, goods, quantity);
        }
        self.moment += Duration::minutes(i64::from(self.invoices.is_multiple_of(11)));
        match self.invoices % 50 {
            5 => self.line(&shared, "10125", "", "-3", "0.42"),
            9 => self.line(&shared, "DOT", "DOTCOM POSTAGE", "1", "0.00125"),
            17 => self.line(&shared, "22197", "", "0", "0.85"),
            23 => self.line(&shared, "B", "FAULT IN THE FILE", "1", "-2.50"),
            29 => self.line(&shared, "10002", "SAMPLE", "1", "1e3"),
            41 => self.line(&shared, "10002", "", "2000000", "0.001"),
            _ => {}
        }
        if self.invoices % 10 == 3 && self.lines.len() > start + 1 {
            self.late = self.lines.pop();
        }
    }

    fn sale_line(&mut self, shared: &Shared, goods: usize, quantity: u64) {
        let (sku, description, price) = GOODS[goods];
        let price = match self.below(40) {
            0 => "0".to_owned(),
            1 => "0.001".to_owned(),
            _ => format!("{}.{:02}", price / 10_000, price % 10_000 / 100),
        };
        let description = if self.below(60) == 0 { "" } else { description };
        self.line(shared, sku, description, &quantity.to_string(), &price);
        if !shared.customer.is_empty() && self.sold.len() < 1_000 {
            self.sold.push((shared.customer.clone(), shared.country, goods, quantity));
        }
    }

    fn credit(&mut self) {
        let mut shared = self.shared("C");
        let (goods, quantity) = if self.sold.is_empty() || self.below(4) == 0 {
            (3, 500)
        } else {
            let (customer, country, goods, quantity) = self.sold.swap_remove(self.sold.len() / 2);
            (shared.customer, shared.country) = (customer, country);
            (goods, 1 + quantity / 2)
        };
        let (sku, description, price) = GOODS[goods];
        let price = format!("{}.{:02}", price / 10_000, price % 10_000 / 100);
        self.line(&shared, sku, description, &format!("-{quantity}"), &price);
        if self.invoices % 50 == 43 {
            self.line(&shared, "M", "Manual", "1", "5.00");
        }
    }

    fn write_off(&mut self) {
        let shared = Shared { customer: String::new(), ..self.shared("") };
        self.line(&shared, "21212", "damaged", "-40", "0");
    }

    fn adjustment(&mut self) {
        let shared = Shared { customer: String::new(), ..self.shared("A") };
        self.line(&shared, "B", "Adjust bad debt", "1", "-1062.06");
    }

    fn line(&mut self, shared: &Shared, sku: &str, description: &str, quantity: &str, price: &str) {
        let description = if description.contains([',', '"']) {
            format!("\"{}\"", description.replace('"', "\"\""))
        } else {
            description.to_owned()
        };
        let at = self.moment.format("%Y-%m-%dT%H:%M:%S");
        let Shared { number, customer, country } = shared;
        let mut line = String::new();
        writeln!(line, "{number},{sku},{description},{quantity},{at},{price},{customer},{country}")
            .expect("a string takes any text");
        self.lines.push(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_lines() {
        assert_eq!(lines(500, 7), lines(500, 7));
        assert_ne!(lines(500, 7), lines(500, 8));
        assert_eq!(String::from_utf8(lines(500, 7)).unwrap().lines().count(), 501);
    }

    #[test]
    fn a_longer_sample_begins_with_a_shorter_one() {
        let short = orders(40, 3);
        let long = orders(80, 3);
        assert!(long.starts_with(&short[..short.len() / 2]));
    }
}
