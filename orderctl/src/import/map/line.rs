//! One row read as one line.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::NaiveDateTime;
use domain::{CountryCode, CustomerId, Description, OrderNumber, Quantity, Sku, UNIT_PRICE_DECIMALS, UnitPrice};

use super::compile::{Plan, Take};
use super::{Country, Kind, Settled, Sign};
use crate::exact::Exact;
use crate::import::input::Record;
use crate::import::intern::Interner;

/// Why a line is not imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// For programs.
    pub code: Cow<'static, str>,
    /// For people.
    pub detail: Cow<'static, str>,
}

impl Refusal {
    /// A refusal with a code of this program.
    pub fn new(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code: Cow::Borrowed(code), detail: detail.into() }
    }
}

/// A line that can be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What.
    pub sku: Arc<str>,
    /// What it is called.
    pub description: Option<Arc<str>>,
    /// How many, positive in a credit too.
    pub quantity: Quantity,
    /// What one costs.
    pub unit_price: UnitPrice,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// A line.
    Good(Line),
    /// None, and why. Boxed: almost all rows are lines.
    Refused(Box<Refusal>),
}

/// What a row says of its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// What kind of order.
    pub kind: Option<Kind>,
    /// For whom.
    pub customer: Option<Arc<str>>,
    /// Where to.
    pub country: Option<CountryCode>,
    /// What a credit takes back, where the file tells.
    pub credit_of: Option<Arc<str>>,
}

/// A row as the mapping sees it.
#[derive(Debug, Clone)]
pub struct Reading {
    /// Line of the file.
    pub number: u64,
    /// What it says of its order.
    pub head: Head,
    /// The local time of its placement, where readable.
    pub local: Option<NaiveDateTime>,
    /// Quantity times price with the file's signs; zero where one of them is unreadable.
    pub amount: Exact,
    /// Line or refusal.
    pub verdict: Verdict,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

/// The note on a row that is counted with no amount.
const AMOUNT_UNREADABLE: &str = "amount_unreadable: counted as zero";

impl Plan {
    /// The order that a row belongs to; `None` where the row does not say.
    pub fn key<'a>(&self, record: &'a Record) -> Option<&'a str> {
        let key = record.cell(self.group);
        (record.problem.is_none() && !key.is_empty()).then_some(key)
    }

    /// The kind of order that a row belongs to; `None` where no rule fits or a rule refuses it.
    pub fn kind(&self, record: &Record) -> Option<Kind> {
        self.kind_rule(record).ok().map(|(kind, _)| kind)
    }

    /// Reads a row.
    pub fn read(&self, record: &Record, interner: &mut Interner) -> Reading {
        let mut reading = Reading {
            number: record.number,
            head: Head::default(),
            local: None,
            amount: Exact::ZERO,
            verdict: Verdict::Refused(Box::new(Refusal::new("malformed_row", ""))),
            notes: Vec::new(),
        };
        reading.verdict = match &record.problem {
            Some(problem) => {
                reading.notes.push(AMOUNT_UNREADABLE.to_owned());
                Verdict::Refused(Box::new(Refusal::new("malformed_row", problem.clone())))
            }
            None => match self.line(record, interner, &mut reading) {
                Ok(line) => Verdict::Good(line),
                Err(refusal) => Verdict::Refused(Box::new(refusal)),
            },
        };
        reading
    }

    /// The moment that an order's local time stands for.
    pub fn settle(&self, local: NaiveDateTime) -> Settled {
        self.moments.settle(local)
    }

    fn line(&self, record: &Record, interner: &mut Interner, reading: &mut Reading) -> Result<Line, Refusal> {
        let quantity = number(record, &self.quantity);
        let price = number(record, &self.unit_price);
        reading.local = self.moments.read(record.cell(self.moment));
        if let (Ok(quantity), Ok(price)) = (&quantity, &price) {
            reading.amount = price.times(*quantity).ok_or_else(|| {
                reading.notes.push(AMOUNT_UNREADABLE.to_owned());
                Refusal::new("amount_too_precise", "quantity times price has more than 15 decimals")
            })?;
        } else {
            reading.notes.push(AMOUNT_UNREADABLE.to_owned());
        }
        let (kind, sign) = self.kind_rule(record)?;
        OrderNumber::try_new(record.cell(self.group))
            .map_err(|error| Refusal::new("number_invalid", error.to_string()))?;
        let quantity = pieces(quantity.map_err(|text| malformed("quantity", &text))?, sign)?;
        let unit_price = unit_price(price.map_err(|text| malformed("price", &text))?)?;
        if reading.local.is_none() {
            return Err(malformed("date", record.cell(self.moment)));
        }
        let sku = value(record, &self.sku);
        Sku::try_new(sku).map_err(|error| Refusal::new("sku_invalid", error.to_string()))?;
        reading.head = self.head(record, kind, interner, &mut reading.notes)?;
        let description = self.description(record, interner, &mut reading.notes);
        Ok(Line { sku: interner.intern(sku), description, quantity, unit_price })
    }

    fn kind_rule(&self, record: &Record) -> Result<(Kind, Sign), Refusal> {
        for (condition, code, detail) in &self.refuse {
            if condition.holds(record.cell(condition.column)) {
                let (code, detail) = (code.as_ref().to_owned().into(), detail.as_ref().to_owned().into());
                return Err(Refusal { code, detail });
            }
        }
        if self.kinds.is_empty() {
            return Ok((Kind::Sale, Sign::Positive));
        }
        let rule = self.kinds.iter().find(|(condition, ..)| condition.holds(record.cell(condition.column)));
        rule.map(|(_, kind, sign)| (*kind, *sign))
            .ok_or_else(|| Refusal::new("kind_unknown", "no rule says whether this is a sale or a credit"))
    }

    fn head(
        &self,
        record: &Record,
        kind: Kind,
        interner: &mut Interner,
        notes: &mut Vec<String>,
    ) -> Result<Head, Refusal> {
        let mut text = |take: &Option<Take>| {
            let value = take.as_ref().map(|take| value(record, take)).filter(|value| !value.is_empty());
            value.map(|value| interner.intern(value))
        };
        let customer = text(&self.customer);
        if let Some(customer) = &customer {
            CustomerId::try_new(customer).map_err(|error| Refusal::new("customer_invalid", error.to_string()))?;
        }
        let credit_of = if kind == Kind::Credit { text(&self.credit_of) } else { None };
        let country = self.country.as_ref().and_then(|(column, countries)| {
            let name = record.cell(*column);
            match countries.read(name) {
                Country::Known(code) => Some(code),
                Country::None => None,
                Country::Unknown => {
                    notes.push(format!("country_unknown: {}", name.chars().take(60).collect::<String>()));
                    None
                }
            }
        });
        Ok(Head { kind: Some(kind), customer, country, credit_of })
    }

    fn description(&self, record: &Record, interner: &mut Interner, notes: &mut Vec<String>) -> Option<Arc<str>> {
        let text = value(record, self.description.as_ref()?);
        if text.is_empty() {
            return None;
        }
        if let Err(error) = Description::try_new(text) {
            notes.push(format!("description_left_out: {error}"));
            return None;
        }
        Some(interner.intern(text))
    }
}

fn value<'a>(record: &'a Record, take: &'a Take) -> &'a str {
    match take {
        Take::Column(column) => record.cell(*column),
        Take::Value(value) => value,
    }
}

fn number(record: &Record, take: &Take) -> Result<Exact, String> {
    let text = value(record, take);
    Exact::try_new(text).map_err(|_| text.chars().take(40).collect())
}

fn malformed(what: &'static str, text: &str) -> Refusal {
    let (code, form) = match what {
        "quantity" => ("quantity_malformed", "a plain number"),
        "price" => ("price_malformed", "a plain decimal number"),
        _ => ("date_malformed", "a moment in a known format"),
    };
    let text: String = text.chars().take(40).collect();
    Refusal::new(code, format!("the {what} {text:?} is not {form}"))
}

fn pieces(quantity: Exact, sign: Sign) -> Result<Quantity, Refusal> {
    if quantity.is_zero() {
        return Err(Refusal::new("quantity_zero", "a line of no pieces orders nothing"));
    }
    let positive = match (sign, quantity.is_negative()) {
        (Sign::Positive, false) => quantity,
        (Sign::Negative, true) => -quantity,
        (Sign::Positive, true) => {
            return Err(Refusal::new("quantity_negative", "a sale has no negative quantity; only a credit takes back"));
        }
        (Sign::Negative, false) => {
            return Err(Refusal::new("quantity_positive_in_credit", "a credit has negative quantities only"));
        }
    };
    let whole = positive.as_whole().ok_or_else(|| {
        Refusal::new("quantity_not_whole", format!("the quantity {quantity} is not a whole number of pieces"))
    })?;
    let pieces = u32::try_from(whole).ok().and_then(|whole| Quantity::try_new(whole).ok());
    pieces.ok_or_else(|| {
        Refusal::new("quantity_too_large", format!("the quantity {quantity} is above {} pieces", Quantity::MAX))
    })
}

fn unit_price(price: Exact) -> Result<UnitPrice, Refusal> {
    if price.is_negative() {
        return Err(Refusal::new("price_negative", format!("the price {price} is below zero")));
    }
    let ten_thousandths = price.as_scaled(UNIT_PRICE_DECIMALS).and_then(UnitPrice::from_ten_thousandths);
    ten_thousandths.ok_or_else(|| {
        Refusal::new("price_too_precise", format!("the price {price} has more than {UNIT_PRICE_DECIMALS} decimals"))
    })
}
