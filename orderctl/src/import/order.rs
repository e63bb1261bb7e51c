//! From the lines of one invoice to the row that imports it.
//!
//! Guarantees: every line that was read is either in the row or refused with a reason, and its amount is in exactly one of the
//! two sums.

use std::sync::Arc;

use chrono::{NaiveDateTime, SecondsFormat};
use domain::Currency;
use domain::order::LINES_MAX;
use serde::Serialize;

use super::credits::Sales;
use super::map::{Head, Kind, Line, Plan, Reading, Refusal, Verdict};
use crate::exact::{Exact, TooLarge};

/// An invoice whose lines are still being gathered.
#[derive(Debug, Default)]
pub struct Gathered {
    head: Head,
    local: Option<NaiveDateTime>,
    good: Vec<Line>,
    numbers: Vec<u64>,
    good_amount: Exact,
    refused: Vec<(u64, Refusal)>,
    refused_amount: Exact,
    rounded: Exact,
    notes: Vec<String>,
}

/// An invoice made ready.
#[derive(Debug)]
pub struct Prepared {
    /// Its number; empty for a row that names none.
    pub number: Arc<str>,
    /// The row that imports it; `None` when no line is left.
    pub row: Option<Vec<u8>>,
    /// Lines of the file that the row carries.
    pub numbers: Vec<u64>,
    /// Their amount, with the file's signs.
    pub amount: Exact,
    /// Lines of the file that are refused, with the reasons.
    pub refused: Vec<(u64, Refusal)>,
    /// Their amount, with the file's signs.
    pub refused_amount: Exact,
    /// Of all lines: the sum of their totals, each rounded.
    pub rounded: Exact,
    /// What was left out or decided.
    pub notes: Vec<String>,
}

impl Gathered {
    /// Adds a line.
    ///
    /// # Errors
    /// [`TooLarge`] when amounts cannot be added up.
    pub fn add(&mut self, reading: Reading, currency: Currency) -> Result<(), TooLarge> {
        self.rounded = self.rounded.plus(reading.amount.rounded(currency.exponent()))?;
        self.notes.extend(reading.notes);
        self.local = match (self.local, reading.local) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        let accepted = match reading.verdict {
            Verdict::Good(line) => self.agree(reading.head).map(|()| line),
            Verdict::Refused(refusal) => Err(*refusal),
        };
        match accepted {
            Ok(line) => {
                self.good.push(line);
                self.numbers.push(reading.number);
                self.good_amount = self.good_amount.plus(reading.amount)?;
            }
            Err(refusal) => {
                self.refused.push((reading.number, refusal));
                self.refused_amount = self.refused_amount.plus(reading.amount)?;
            }
        }
        Ok(())
    }

    /// How many lines it has so far.
    pub fn lines(&self) -> usize {
        self.good.len() + self.refused.len()
    }

    /// Takes over what a line says of its order, unless an earlier line says otherwise.
    fn agree(&mut self, head: Head) -> Result<(), Refusal> {
        if self.good.len() >= LINES_MAX {
            return Err(Refusal::new("too_many_lines", format!("an order has at most {LINES_MAX} lines")));
        }
        let differs = |code, what: &str, one: &dyn std::fmt::Display, other: &dyn std::fmt::Display| {
            Err(Refusal::new(code, format!("the line names {what} {other}, an earlier one of the invoice {one}")))
        };
        if let (Some(one), Some(other)) = (&self.head.customer, &head.customer)
            && one != other
        {
            return differs("customer_differs", "customer", one, other);
        }
        if let (Some(one), Some(other)) = (&self.head.country, &head.country)
            && one != other
        {
            return differs("country_differs", "country", one, other);
        }
        if self.head.kind.is_some() && self.head.kind != head.kind {
            return Err(Refusal::new("kind_differs", "the invoice has lines of a sale and of a credit"));
        }
        self.head.kind = head.kind;
        self.head.customer = self.head.customer.take().or(head.customer);
        self.head.country = self.head.country.or(head.country);
        self.head.credit_of = self.head.credit_of.take().or(head.credit_of);
        Ok(())
    }

    /// Makes the invoice ready.
    pub fn prepare(mut self, number: Arc<str>, plan: &Plan, sales: &mut Sales) -> Prepared {
        let row = match (self.head.kind, self.local) {
            (Some(kind), Some(local)) if !self.good.is_empty() => Some(self.row(kind, local, &number, plan, sales)),
            _ => None,
        };
        // What is known of every line of an invoice is said once.
        self.notes.sort_unstable();
        self.notes.dedup();
        Prepared {
            number,
            row,
            numbers: self.numbers,
            amount: self.good_amount,
            refused: self.refused,
            refused_amount: self.refused_amount,
            rounded: self.rounded,
            notes: self.notes,
        }
    }

    fn row(&mut self, kind: Kind, local: NaiveDateTime, number: &Arc<str>, plan: &Plan, sales: &mut Sales) -> Vec<u8> {
        let settled = plan.settle(local);
        self.notes.extend(settled.note.map(str::to_owned));
        let credit_of = match kind {
            Kind::Credit => self.origin(local, plan, sales),
            Kind::Sale => {
                if let (true, Some(customer)) = (plan.match_credits, &self.head.customer) {
                    sales.remember(number, customer, local, &self.good);
                }
                None
            }
        };
        let row = Row {
            source: plan.source.as_str(),
            reference: number,
            number,
            kind,
            credit_of: credit_of.as_deref(),
            customer: self.head.customer.as_deref(),
            country: self.head.country.as_ref().map(domain::CountryCode::code),
            currency: plan.currency.code(),
            placed_at: settled.at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
            lines: self.good.iter().map(RowLine::of).collect(),
        };
        let mut json = serde_json::to_vec(&row).expect("a row has only texts and numbers");
        json.push(b'\n');
        json
    }

    fn origin(&mut self, local: NaiveDateTime, plan: &Plan, sales: &mut Sales) -> Option<Arc<str>> {
        if let Some(named) = self.head.credit_of.take() {
            return Some(named);
        }
        if !plan.match_credits {
            return None;
        }
        let customer = self.head.customer.as_ref();
        let origin = customer.and_then(|customer| sales.take_back(customer, local, &self.good));
        self.notes.push(if origin.is_some() { "credit_matched" } else { "credit_unmatched" }.to_owned());
        origin
    }
}

/// A row of `POST /v1/imports`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    source: &'a str,
    reference: &'a str,
    number: &'a str,
    kind: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    credit_of: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
    currency: &'a str,
    placed_at: String,
    lines: Vec<RowLine<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RowLine<'a> {
    sku: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    quantity: u32,
    unit_price: String,
}

impl<'a> RowLine<'a> {
    fn of(line: &'a Line) -> Self {
        Self {
            sku: &line.sku,
            description: line.description.as_deref(),
            quantity: line.quantity.get(),
            unit_price: line.unit_price.to_string(),
        }
    }
}
