//! Reading one row.

use std::borrow::Cow;
use std::sync::Arc;

use domain::{
    CountryCode, Currency, CustomerId, Description, ExternalReference, OrderNumber, Quantity, Sku, Timestamp,
    UNIT_PRICE_DECIMALS, UnitPrice,
};

use super::compile::Plan;
use super::take::Take;
use super::{Country, Kind, Price, Refusal, ResolvedTime, Sign};
use crate::exact::Exact;
use crate::input::Record;
use crate::intern::Interner;

/// A line that can be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub sku: Arc<str>,
    pub description: Option<Arc<str>>,
    /// How many, positive in a credit too.
    pub quantity: Quantity,
    /// What it costs.
    pub price: Price,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// A line.
    Good(Line),
    /// None, and why. Boxed: almost all rows are lines.
    Refused(Box<Refusal>),
}

/// What a row says of its order. Any row may say any of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    pub kind: Option<Kind>,
    /// The number people know it by.
    pub number: Option<Arc<str>>,
    /// For whom.
    pub customer: Option<Arc<str>>,
    /// The country the order ships to.
    pub country: Option<CountryCode>,
    pub currency: Option<Currency>,
    /// The sale that a credit takes back, if the file says so.
    pub credit_of: Option<Arc<str>>,
    /// What its lines add up to.
    pub total: Option<Exact>,
}

/// A row as the mapping sees it.
#[derive(Debug, Clone)]
pub struct Reading {
    /// Line of the file.
    pub number: u64,
    /// What it says of its order.
    pub head: Head,
    /// When the order was placed, if the row says so.
    pub placed: Option<ResolvedTime>,
    /// In which currency the row counts, where it says so itself.
    pub currency: Option<Currency>,
    /// What the line costs, with the file's signs; zero where it cannot be read.
    pub amount: Exact,
    /// Line or refusal.
    pub verdict: Verdict,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

/// The note on a row that is counted with no amount.
pub const AMOUNT_UNREADABLE: &str = "amount_unreadable: counted as zero";

/// Quantity and prices of a row, each as it is read.
struct Figures {
    quantity: Result<Exact, String>,
    /// `None` where the row has none.
    unit: Option<Result<Exact, String>>,
    total: Option<Result<Exact, String>>,
}

impl Plan {
    /// The order that a row belongs to; `None` where the row does not say.
    pub fn key<'a>(&'a self, record: &'a Record) -> Option<Cow<'a, str>> {
        Some(self.group.value(record)).filter(|key| !key.is_empty())
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
            placed: None,
            currency: None,
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

    fn line(&self, record: &Record, interner: &mut Interner, reading: &mut Reading) -> Result<Line, Refusal> {
        let figures = self.figures(record);
        let currency = self.order_currency.as_ref().map(|take| take.value(record)).filter(|code| !code.is_empty());
        let currency = currency.map(|code| Currency::try_new(&code)).transpose();
        reading.currency = currency.as_ref().ok().copied().flatten();
        let moment = self.moment.value(record);
        reading.placed = self.moments.read(&moment);
        reading.amount = figures.amount(&mut reading.notes)?;
        let (kind, sign) = self.kind_rule(record)?;
        ExternalReference::try_new(self.group.value(record))
            .map_err(|error| Refusal::new("number_invalid", error.to_string()))?;
        let quantity = pieces(figures.quantity.clone().map_err(|text| malformed("quantity", &text))?, sign)?;
        let price = figures.price(sign)?;
        match reading.placed {
            None if !moment.is_empty() => return Err(malformed("date", &moment)),
            Some(resolved) => {
                let at = Timestamp::try_from(resolved.at).and_then(Timestamp::given);
                at.map_err(|error| Refusal::new("date_out_of_bounds", error.to_string()))?;
            }
            None => {}
        }
        let sku = self.sku.value(record);
        Sku::try_new(&sku).map_err(|error| Refusal::new("sku_invalid", error.to_string()))?;
        reading.head = self.head(record, kind, interner, &mut reading.notes)?;
        reading.head.currency = currency.map_err(|error| Refusal::new("currency_unknown", error.to_string()))?;
        let description = self.description(record, interner, &mut reading.notes);
        Ok(Line { sku: interner.intern(&sku), description, quantity, price })
    }

    fn figures(&self, record: &Record) -> Figures {
        let number = |take: &Take| {
            let text = take.value(record);
            self.signs.read(&text).ok_or_else(|| text.chars().take(40).collect::<String>())
        };
        let given = |take: &Option<Take>| take.as_ref().filter(|take| !take.value(record).is_empty()).map(number);
        Figures { quantity: number(&self.quantity), unit: given(&self.unit_price), total: given(&self.line_total) }
    }

    fn kind_rule(&self, record: &Record) -> Result<(Kind, Sign), Refusal> {
        for (condition, code, detail) in &self.refuse {
            if condition.holds(record.cell(condition.column)) {
                let code = code.as_ref().to_owned().into();
                let detail = detail.as_ref().to_owned().into();
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
            let value = take.as_ref().map(|take| take.value(record)).filter(|value| !value.is_empty());
            value.map(|value| interner.intern(&value))
        };
        let customer = text(&self.customer);
        if let Some(customer) = &customer {
            CustomerId::try_new(customer).map_err(|error| Refusal::new("customer_invalid", error.to_string()))?;
        }
        let number = text(&self.number);
        if let Some(number) = &number {
            OrderNumber::try_new(number).map_err(|error| Refusal::new("number_invalid", error.to_string()))?;
        }
        let credit_of = if kind == Kind::Credit { text(&self.credit_of) } else { None };
        let country = self.country(record, notes);
        let total = self.total.as_ref().map(|take| take.value(record)).filter(|text| !text.is_empty());
        let total = total.map(|text| self.signs.read(&text).ok_or_else(|| malformed("total", &text))).transpose()?;
        Ok(Head { kind: Some(kind), number, customer, country, currency: None, credit_of, total })
    }

    fn country(&self, record: &Record, notes: &mut Vec<String>) -> Option<CountryCode> {
        let (take, countries) = self.country.as_ref()?;
        let name = take.value(record);
        match countries.read(&name) {
            Country::Known(code) => Some(code),
            Country::None => None,
            Country::Unknown => {
                notes.push(format!("country_unknown: {}", name.chars().take(60).collect::<String>()));
                None
            }
        }
    }

    fn description(&self, record: &Record, interner: &mut Interner, notes: &mut Vec<String>) -> Option<Arc<str>> {
        let text = self.description.as_ref()?.value(record);
        if text.is_empty() {
            return None;
        }
        if let Err(error) = Description::try_new(&text) {
            notes.push(format!("description_left_out: {error}"));
            return None;
        }
        Some(interner.intern(&text))
    }
}

impl Figures {
    /// What the line costs, with the file's signs: its total if the file has one, else quantity times price.
    fn amount(&self, notes: &mut Vec<String>) -> Result<Exact, Refusal> {
        match (&self.total, &self.quantity, &self.unit) {
            (Some(Ok(total)), ..) => Ok(*total),
            (None, Ok(quantity), Some(Ok(price))) => price.times(*quantity).ok_or_else(|| {
                notes.push(AMOUNT_UNREADABLE.to_owned());
                Refusal::new("amount_too_precise", "quantity times price has more than 15 decimals")
            }),
            _ => {
                notes.push(AMOUNT_UNREADABLE.to_owned());
                Ok(Exact::ZERO)
            }
        }
    }

    /// The price without its sign: in a file whose credits have negative quantities, their totals are negative too.
    fn price(&self, sign: Sign) -> Result<Price, Refusal> {
        let unit = self.unit.clone().transpose().map_err(|text| malformed("price", &text))?;
        let total = self.total.clone().transpose().map_err(|text| malformed("line total", &text))?;
        if let Some(price) = unit.filter(|price| price.is_negative()) {
            return Err(Refusal::new("price_negative", format!("the price {price} is below zero")));
        }
        let Some(total) = total else {
            return unit_price(unit.ok_or_else(|| malformed("price", ""))?).map(Price::Unit);
        };
        let total = if sign == Sign::Negative { -total } else { total };
        if total.is_negative() {
            return Err(Refusal::new("line_total_negative", "the line total has another sign than its quantity"));
        }
        Ok(Price::Total { total, unit })
    }
}

fn malformed(what: &'static str, text: &str) -> Refusal {
    let (code, form) = match what {
        "quantity" => ("quantity_malformed", "a plain number"),
        "price" => ("price_malformed", "a plain decimal number"),
        "line total" => ("line_total_malformed", "a plain decimal number"),
        "total" => ("total_malformed", "a plain decimal number"),
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
    let ten_thousandths = price.as_scaled(UNIT_PRICE_DECIMALS).and_then(UnitPrice::from_ten_thousandths);
    ten_thousandths.ok_or_else(|| {
        Refusal::new("price_too_precise", format!("the price {price} has more than {UNIT_PRICE_DECIMALS} decimals"))
    })
}
