//! Makes the row that imports an order from the lines of the order.
//!
//! Guarantees: every line that was read is either in the row or refused with a reason, and its amount is in exactly one of the
//! two sums. An order with a refused line has no row, unless the user asks for the rest of it.

use std::sync::Arc;

use domain::order::LINES_MAX;
use domain::{Currency, OrderNumber};

use super::credits::Sales;
use super::map::{Head, Kind, Line, Plan, Reading, Refusal, ResolvedTime, Verdict};
use super::row::Draft;
use crate::exact::{Exact, TooLarge};

/// How orders are made of their lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Choices {
    /// Whether an order is imported without its refused lines.
    pub partial: bool,
    /// Whether an order replaces the one of the same reference that was imported before.
    pub update: bool,
}

/// An order whose lines are still being gathered.
#[derive(Debug, Default)]
pub struct Gathered {
    head: Head,
    placed: Option<ResolvedTime>,
    /// The first currency that any row names, refused ones too: what their amounts count in.
    counted_in: Option<Currency>,
    good: Vec<Good>,
    refused: Vec<Bad>,
    notes: Vec<String>,
}

#[derive(Debug)]
struct Good {
    line: Line,
    number: u64,
    amount: Exact,
}

#[derive(Debug)]
struct Bad {
    number: u64,
    refusal: Refusal,
    amount: Exact,
}

/// An order made ready.
#[derive(Debug)]
pub struct Prepared {
    /// Its reference; empty for a row that names none.
    pub reference: Arc<str>,
    /// The row that imports it; `None` when it is not imported.
    pub row: Option<Vec<u8>>,
    /// Lines of the file that the row carries.
    pub numbers: Vec<u64>,
    /// Its currency, where one is known.
    pub currency: Option<Currency>,
    /// The amount of the lines that the row carries, with the file's signs.
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
    pub fn add(&mut self, reading: Reading) {
        self.notes.extend(reading.notes);
        self.counted_in = self.counted_in.or(reading.currency);
        self.placed = match (self.placed, reading.placed) {
            (Some(one), Some(other)) => Some(if other.at < one.at { other } else { one }),
            (one, other) => one.or(other),
        };
        let accepted = match reading.verdict {
            Verdict::Good(line) => self.agree(reading.head).map(|()| line),
            Verdict::Refused(refusal) => Err(*refusal),
        };
        let number = reading.number;
        let amount = reading.amount;
        match accepted {
            Ok(line) => self.good.push(Good { line, number, amount }),
            Err(refusal) => self.refused.push(Bad { number, refusal, amount }),
        }
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
        if self.head.kind.is_some() && self.head.kind != head.kind {
            return Err(Refusal::new("kind_differs", "the invoice has lines of a sale and of a credit"));
        }
        let known = &self.head;
        same("customer_differs", "customer", known.customer.as_ref(), head.customer.as_ref())?;
        same("country_differs", "country", known.country.as_ref(), head.country.as_ref())?;
        same("number_differs", "number", known.number.as_ref(), head.number.as_ref())?;
        same("currency_differs", "currency", known.currency.as_ref(), head.currency.as_ref())?;
        same("total_differs", "total", known.total.as_ref(), head.total.as_ref())?;
        self.head.kind = head.kind;
        self.head.number = self.head.number.take().or(head.number);
        self.head.customer = self.head.customer.take().or(head.customer);
        self.head.country = self.head.country.or(head.country);
        self.head.currency = self.head.currency.or(head.currency);
        self.head.credit_of = self.head.credit_of.take().or(head.credit_of);
        self.head.total = self.head.total.or(head.total);
        Ok(())
    }

    /// Makes the order ready. `doubt` is a row of the file that may be another line of it.
    ///
    /// # Errors
    /// [`TooLarge`] when amounts cannot be added up.
    pub fn prepare(
        mut self,
        reference: Arc<str>,
        doubt: Option<u64>,
        plan: &Plan,
        choices: Choices,
        sales: &mut Sales,
    ) -> Result<Prepared, TooLarge> {
        let currency = self.head.currency.or(self.counted_in).or(plan.currency);
        let row = self.draft(&reference, doubt, plan, choices).map(|draft| {
            let credit_of = match draft.kind {
                Kind::Credit => self.origin(&draft, plan, sales),
                Kind::Sale => {
                    if let (true, Some(customer)) = (plan.match_credits, &self.head.customer) {
                        sales.remember(&reference, customer, draft.placed_at, &draft.lines);
                    }
                    None
                }
            };
            draft.row(plan, &self.head, credit_of.as_deref(), choices.update)
        });
        // What is known of every line of an order is said once.
        self.notes.sort_unstable();
        self.notes.dedup();
        let exponent = currency.map_or(2, Currency::exponent);
        let mut prepared = Prepared {
            reference,
            row,
            numbers: self.good.iter().map(|good| good.number).collect(),
            currency,
            amount: Exact::ZERO,
            refused: Vec::with_capacity(self.refused.len()),
            refused_amount: Exact::ZERO,
            rounded: Exact::ZERO,
            notes: self.notes,
        };
        for good in &self.good {
            prepared.amount = prepared.amount.plus(good.amount)?;
            prepared.rounded = prepared.rounded.plus(good.amount.rounded(exponent))?;
        }
        for bad in self.refused {
            prepared.refused_amount = prepared.refused_amount.plus(bad.amount)?;
            prepared.rounded = prepared.rounded.plus(bad.amount.rounded(exponent))?;
            prepared.refused.push((bad.number, bad.refusal));
        }
        Ok(prepared)
    }

    /// The order as it is to be imported; `None` when it is not, and then all its lines are refused.
    fn draft(&mut self, reference: &Arc<str>, doubt: Option<u64>, plan: &Plan, choices: Choices) -> Option<Draft> {
        let result = self.checked(reference, doubt, plan, choices);
        result.unwrap_or_else(|refusal| {
            let refused = self.good.drain(..).map(|good| Bad {
                number: good.number,
                refusal: refusal.clone(),
                amount: good.amount,
            });
            self.refused.extend(refused);
            self.refused.sort_by_key(|bad| bad.number);
            None
        })
    }

    /// # Errors
    /// Why the whole order is refused.
    fn checked(
        &mut self,
        reference: &Arc<str>,
        doubt: Option<u64>,
        plan: &Plan,
        choices: Choices,
    ) -> Result<Option<Draft>, Refusal> {
        let Some(kind) = self.head.kind.filter(|_| !self.good.is_empty()) else { return Ok(None) };
        let currency = self.head.currency.or(plan.currency);
        let currency =
            currency.ok_or_else(|| Refusal::new("currency_missing", "no row of the order names a currency"))?;
        let lines = self.priced(currency);
        if !choices.partial {
            if let Some(bad) = self.refused.first() {
                let detail = format!("line {} of the file refuses its order: {}", bad.number, bad.refusal.code);
                return Err(Refusal::new("order_incomplete", detail));
            }
            if let Some(line) = doubt {
                let detail = format!("line {line} of the file cannot be read and may belong to the order");
                return Err(Refusal::new("order_incomplete", detail));
            }
        }
        if lines.is_empty() {
            return Ok(None);
        }
        let placed =
            self.placed.ok_or_else(|| Refusal::new("date_missing", "no row of the order says when it was placed"))?;
        self.notes.extend(placed.note.map(str::to_owned));
        let number = self.head.number.clone().unwrap_or_else(|| Arc::clone(reference));
        OrderNumber::try_new(&number).map_err(|error| Refusal::new("number_invalid", error.to_string()))?;
        let draft = Draft { reference: Arc::clone(reference), number, kind, currency, placed_at: placed.at, lines };
        match self.head.total {
            Some(total) => draft.adds_up_to(total).map(|()| Some(draft)),
            None => Ok(Some(draft)),
        }
    }

    /// The lines with the price of a piece; a line that has none is refused.
    fn priced(&mut self, currency: Currency) -> Vec<super::row::PricedLine> {
        let mut lines = Vec::with_capacity(self.good.len());
        let mut kept = Vec::with_capacity(self.good.len());
        for good in self.good.drain(..) {
            match good.line.price.unit(good.line.quantity, currency) {
                Ok(unit_price) => {
                    lines.push(super::row::PricedLine {
                        sku: Arc::clone(&good.line.sku),
                        description: good.line.description.clone(),
                        quantity: good.line.quantity,
                        unit_price,
                    });
                    kept.push(good);
                }
                Err(refusal) => self.refused.push(Bad { number: good.number, refusal, amount: good.amount }),
            }
        }
        self.good = kept;
        lines
    }

    fn origin(&mut self, draft: &Draft, plan: &Plan, sales: &mut Sales) -> Option<Arc<str>> {
        if let Some(named) = self.head.credit_of.take() {
            return Some(named);
        }
        if !plan.match_credits {
            return None;
        }
        let customer = self.head.customer.as_ref();
        let origin = customer.and_then(|customer| sales.take_back(customer, draft.placed_at, &draft.lines));
        self.notes.push(if origin.is_some() { "credit_matched" } else { "credit_unmatched" }.to_owned());
        origin
    }
}

/// Refuses a line that contradicts an earlier one.
fn same<T: PartialEq + std::fmt::Display>(
    code: &'static str,
    what: &str,
    known: Option<&T>,
    given: Option<&T>,
) -> Result<(), Refusal> {
    match (known, given) {
        (Some(one), Some(other)) if one != other => {
            Err(Refusal::new(code, format!("the line names {what} {other}, an earlier one of the invoice {one}")))
        }
        _ => Ok(()),
    }
}
