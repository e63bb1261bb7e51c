//! The row of `POST /v1/imports` that imports an order.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use domain::{CountryCode, Currency, Quantity, UnitPrice};
use serde::Serialize;

use super::map::{Head, Kind, Plan, Refusal};
use crate::exact::Exact;

/// An order that is imported as it is.
#[derive(Debug)]
pub struct Draft {
    /// What it is called at its source.
    pub reference: Arc<str>,
    /// The number people know it by.
    pub number: Arc<str>,
    pub kind: Kind,
    pub currency: Currency,
    pub placed_at: DateTime<Utc>,
    pub lines: Vec<PricedLine>,
}

/// A line with the price of a piece.
#[derive(Debug, Clone)]
pub struct PricedLine {
    pub sku: Arc<str>,
    pub description: Option<Arc<str>>,
    pub quantity: Quantity,
    /// Price of one piece.
    pub unit_price: UnitPrice,
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
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    update: bool,
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

impl Draft {
    /// Checks the control total of the file, whatever sign it has.
    ///
    /// # Errors
    /// `total_differs` where the lines add up to something else.
    pub fn adds_up_to(&self, total: Exact) -> Result<(), Refusal> {
        let expected = if total.is_negative() { -total } else { total };
        let sum = self.lines.iter().try_fold(0_i64, |sum, line| {
            let line_total = line.unit_price.line_total(line.quantity, self.currency).ok()?;
            sum.checked_add(line_total.minor())
        });
        if sum.is_some() && sum == expected.as_scaled(self.currency.exponent()) {
            return Ok(());
        }
        let sum = sum.map_or_else(
            || "more than can be counted".to_owned(),
            |sum| domain::Money::new(sum, self.currency).to_decimal(),
        );
        Err(Refusal::new("total_differs", format!("the file has the total {total}, the lines add up to {sum}")))
    }

    /// The row as a line of NDJSON.
    pub fn row(&self, plan: &Plan, head: &Head, credit_of: Option<&str>, update: bool) -> Vec<u8> {
        let row = Row {
            source: plan.source.as_str(),
            reference: &self.reference,
            number: &self.number,
            kind: self.kind,
            credit_of,
            customer: head.customer.as_deref(),
            country: head.country.as_ref().map(CountryCode::code),
            currency: self.currency.code(),
            placed_at: self.placed_at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
            lines: self.lines.iter().map(RowLine::of).collect(),
            update,
        };
        let mut json = serde_json::to_vec(&row).expect("a row has only texts and numbers");
        json.push(b'\n');
        json
    }
}

impl<'a> RowLine<'a> {
    fn of(line: &'a PricedLine) -> Self {
        Self {
            sku: &line.sku,
            description: line.description.as_deref(),
            quantity: line.quantity.get(),
            unit_price: line.unit_price.to_string(),
        }
    }
}
