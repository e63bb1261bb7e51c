//! Counts the outcome of every line once.
//!
//! Guarantees: an invoice is counted whole and once, when its outcome is known. So for lines and for amounts, `read` is the sum of
//! `imported`, `corrected`, `already` and `refused`, also after an interruption. Amounts of different currencies are never added.

use std::collections::BTreeMap;

use domain::Currency;
use serde::Serialize;

use super::order::Prepared;
use super::spool::{Refused, ReportError, Spool};
use crate::exact::{Exact, TooLarge};

/// What the engine answered for an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Imported by this run.
    Imported,
    /// Imported now, replacing what was imported before.
    Corrected,
    /// Imported before, with the same content.
    Already,
    /// Refused by the engine.
    Refused {
        /// Stable code, for programs.
        code: String,
        /// Explanation, for people.
        detail: String,
    },
    /// It was never sent: all its lines are refused already.
    Empty,
}

/// An invoice with its outcome.
#[derive(Debug)]
pub struct Completed {
    pub invoice: Prepared,
    /// What became of it.
    pub outcome: Outcome,
}

/// Lines of the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LineCounts {
    /// All with a known outcome.
    pub read: u64,
    /// Taken in by this run.
    pub imported: u64,
    /// Taken in by this run, in orders that replace earlier ones.
    pub corrected: u64,
    /// Taken in by an earlier run.
    pub already: u64,
    /// Not taken in.
    pub refused: u64,
}

/// Invoices of the file. Each stands in one of the last five.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct InvoiceCounts {
    /// All with a known outcome.
    pub read: u64,
    /// Taken in by this run with every line.
    pub imported: u64,
    /// Taken in by this run with every line, replacing an earlier one.
    pub corrected: u64,
    /// Taken in by an earlier run with every line.
    pub already: u64,
    /// Taken in, now or before, without their refused lines, which the user asked for.
    pub partly_refused: u64,
    /// Not taken in.
    pub refused: u64,
}

/// Orders that the engine holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct OrderCounts {
    /// New with this run.
    pub imported: u64,
    /// Replaced by this run.
    pub corrected: u64,
    /// From an earlier run.
    pub already: u64,
}

/// Amounts of one currency, with the signs that the file gives them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amounts {
    /// Of all lines whose outcome is known.
    pub read: Exact,
    /// Of lines taken in by this run.
    pub imported: Exact,
    /// Of lines taken in by this run, in orders that replace earlier ones.
    pub corrected: Exact,
    /// Of lines taken in by an earlier run.
    pub already: Exact,
    /// Of lines not taken in.
    pub refused: Exact,
    /// Of all lines: the sum of their totals, each rounded.
    pub rounded: Exact,
}

/// The account of an import.
#[derive(Debug, Default)]
pub struct Ledger {
    pub lines: LineCounts,
    pub invoices: InvoiceCounts,
    pub orders: OrderCounts,
    /// Amounts by currency.
    pub amounts: BTreeMap<Currency, Amounts>,
    /// Refused lines by code.
    pub codes: BTreeMap<String, u64>,
    /// Invoices by what was left out or decided for them.
    pub notes: BTreeMap<String, u64>,
    spool: Option<Spool>,
}

/// Different notes that are kept; a file full of unknown countries must not fill memory.
const NOTES_MAX: usize = 1_000;

/// The note on an order whose currency is not known: its amount stands in no sum.
const AMOUNT_WITHOUT_CURRENCY: &str = "amount_without_currency: not counted";

/// Why an invoice cannot be counted.
#[derive(Debug, thiserror::Error)]
pub enum CountError {
    /// Its amount does not fit.
    #[error(transparent)]
    Amount(#[from] TooLarge),
    /// The refusals cannot be written.
    #[error(transparent)]
    Report(#[from] ReportError),
}

impl Amounts {
    fn count(&mut self, invoice: &Prepared, outcome: &Outcome) -> Result<(), TooLarge> {
        self.rounded = self.rounded.plus(invoice.rounded)?;
        self.read = self.read.plus(invoice.amount)?.plus(invoice.refused_amount)?;
        self.refused = self.refused.plus(invoice.refused_amount)?;
        let amount = match outcome {
            Outcome::Imported => &mut self.imported,
            Outcome::Corrected => &mut self.corrected,
            Outcome::Already => &mut self.already,
            Outcome::Refused { .. } | Outcome::Empty => &mut self.refused,
        };
        *amount = amount.plus(invoice.amount)?;
        Ok(())
    }
}

impl Ledger {
    /// The amounts of a currency.
    pub fn amounts_in(&self, currency: Currency) -> Amounts {
        self.amounts.get(&currency).copied().unwrap_or_default()
    }

    /// The currency of all amounts, where they have but one; `default` where there are none.
    pub fn only_currency(&self, default: Option<Currency>) -> Option<Currency> {
        let mut currencies = self.amounts.keys().copied();
        match (currencies.next(), currencies.next()) {
            (None, _) => default,
            (only, None) => only,
            (Some(_), Some(_)) => None,
        }
    }

    /// An account that keeps refused lines in `spool`, if there is one.
    pub fn new(spool: Option<Spool>) -> Self {
        Self { spool, ..Self::default() }
    }

    /// Counts an invoice.
    ///
    /// # Errors
    /// [`CountError`].
    pub fn complete(&mut self, completed: Completed) -> Result<(), CountError> {
        let Completed { invoice, outcome } = completed;
        let good = count(invoice.numbers.len());
        let bad = count(invoice.refused.len());
        match invoice.currency {
            Some(currency) => self.amounts.entry(currency).or_default().count(&invoice, &outcome)?,
            None => self.note(&[AMOUNT_WITHOUT_CURRENCY.to_owned()]),
        }
        let lines = match &outcome {
            Outcome::Imported => &mut self.lines.imported,
            Outcome::Corrected => &mut self.lines.corrected,
            Outcome::Already => &mut self.lines.already,
            Outcome::Refused { .. } | Outcome::Empty => &mut self.lines.refused,
        };
        *lines += good;
        self.lines.read += good + bad;
        self.lines.refused += bad;
        if !invoice.reference.is_empty() {
            self.count_invoice(&outcome, bad > 0);
        }
        self.note(&invoice.notes);
        for (line, refusal) in &invoice.refused {
            self.refuse(&invoice.reference, *line, &refusal.code, &refusal.detail)?;
        }
        if let Outcome::Refused { code, detail } = &outcome {
            for line in &invoice.numbers {
                self.refuse(&invoice.reference, *line, code, detail)?;
            }
        }
        Ok(())
    }

    fn count_invoice(&mut self, outcome: &Outcome, partly: bool) {
        let invoices = &mut self.invoices;
        invoices.read += 1;
        match outcome {
            Outcome::Imported => self.orders.imported += 1,
            Outcome::Corrected => self.orders.corrected += 1,
            Outcome::Already => self.orders.already += 1,
            Outcome::Refused { .. } | Outcome::Empty => {}
        }
        let counter = match outcome {
            Outcome::Refused { .. } | Outcome::Empty => &mut invoices.refused,
            Outcome::Imported | Outcome::Corrected | Outcome::Already if partly => &mut invoices.partly_refused,
            Outcome::Imported => &mut invoices.imported,
            Outcome::Corrected => &mut invoices.corrected,
            Outcome::Already => &mut invoices.already,
        };
        *counter += 1;
    }

    fn note(&mut self, notes: &[String]) {
        for note in notes {
            if let Some(times) = self.notes.get_mut(note) {
                *times += 1;
            } else if self.notes.len() < NOTES_MAX {
                self.notes.insert(note.clone(), 1);
            } else {
                *self.notes.entry("further_notes".to_owned()).or_default() += 1;
            }
        }
    }

    fn refuse(&mut self, invoice: &str, line: u64, code: &str, detail: &str) -> Result<(), ReportError> {
        if let Some(times) = self.codes.get_mut(code) {
            *times += 1;
        } else {
            self.codes.insert(code.to_owned(), 1);
        }
        self.spool.as_mut().map_or(Ok(()), |spool| spool.push(&Refused { invoice, line, code, detail }))
    }

    /// Gives the refused lines out, for the report.
    pub fn take_spool(&mut self) -> Option<Spool> {
        self.spool.take()
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
