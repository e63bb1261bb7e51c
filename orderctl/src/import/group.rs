//! Gathering the lines of each invoice, wherever in the file they stand.
//!
//! Guarantees: an invoice comes out as soon as its last line was read, so memory holds open invoices only; both passes treat
//! every row alike. How much may be open has a limit, beyond which the import ends with a clear word.

use std::collections::HashMap;
use std::sync::Arc;

use super::credits::Sales;
use super::input::{InputError, Origin, Record, Rows};
use super::intern::Interner;
use super::map::{Kind, Plan, Reading};
use super::order::{Gathered, Prepared};
use crate::exact::TooLarge;

/// Invoices of one file.
const INVOICES_MAX: usize = 1_000_000;
/// Lines of open invoices.
const OPEN_LINES_MAX: usize = 800_000;

/// Why lines cannot be gathered.
#[derive(Debug, thiserror::Error)]
pub enum GatherError {
    /// The file cannot be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Amounts that cannot be counted.
    #[error(transparent)]
    Amount(#[from] TooLarge),
    /// Too many invoices for one run.
    #[error("{name} has more than {INVOICES_MAX} invoices; split it and import the parts")]
    TooManyInvoices {
        /// Which file.
        name: Arc<str>,
    },
    /// Too many invoices open at once.
    #[error(
        "{name} scatters the lines of its invoices too widely (more than {OPEN_LINES_MAX} lines are open at line {line}); sort it by {column}"
    )]
    TooScattered {
        /// Which file.
        name: Arc<str>,
        /// Where.
        line: u64,
        /// The column that groups lines.
        column: String,
    },
}

/// How many lines each invoice has: the first pass over a file.
#[derive(Debug)]
pub struct Index {
    left: HashMap<Box<str>, u32>,
    /// Rows that name no invoice.
    loose: bool,
    /// Rows that belong to the import.
    pub lines: u64,
}

impl Index {
    /// Counts the lines of every invoice, or of the first so many sales.
    ///
    /// # Errors
    /// [`GatherError`].
    pub fn build(origin: &Origin, plan: &Plan, first: Option<usize>) -> Result<Self, GatherError> {
        let mut rows = origin.rows(plan)?;
        let mut index = Self { left: HashMap::new(), loose: first.is_none(), lines: 0 };
        let mut record = Record::default();
        while rows.next(&mut record)? {
            let counted = match plan.key(&record) {
                None => index.loose,
                Some(key) => index.count(key, first, || plan.kind(&record) == Some(Kind::Sale)),
            };
            index.lines += u64::from(counted);
            if index.left.len() > INVOICES_MAX {
                return Err(GatherError::TooManyInvoices { name: origin.name() });
            }
        }
        Ok(index)
    }

    fn count(&mut self, key: &str, first: Option<usize>, is_sale: impl Fn() -> bool) -> bool {
        if let Some(left) = self.left.get_mut(key) {
            *left += 1;
            return true;
        }
        let wanted = first.is_none_or(|first| self.left.len() < first && is_sale());
        if wanted {
            self.left.insert(key.into(), 1);
        }
        wanted
    }
}

/// Gives invoices out, one by one: the second pass over a file.
pub struct Gatherer<'a> {
    name: Arc<str>,
    plan: &'a Plan,
    rows: Box<dyn Rows>,
    index: Index,
    open: HashMap<Box<str>, Gathered>,
    open_lines: usize,
    record: Record,
    interner: Interner,
    sales: Sales,
}

impl<'a> Gatherer<'a> {
    /// Begins the second pass.
    ///
    /// # Errors
    /// [`GatherError`].
    pub fn open(origin: &Origin, plan: &'a Plan, index: Index) -> Result<Self, GatherError> {
        Ok(Self {
            name: origin.name(),
            plan,
            rows: origin.rows(plan)?,
            index,
            open: HashMap::new(),
            open_lines: 0,
            record: Record::default(),
            interner: Interner::default(),
            sales: Sales::default(),
        })
    }

    /// The next invoice; `None` when all are out.
    ///
    /// # Errors
    /// [`GatherError`].
    pub fn next(&mut self) -> Result<Option<Prepared>, GatherError> {
        loop {
            let done = self.index.left.is_empty() && !self.index.loose;
            if done || !self.rows.next(&mut self.record)? {
                return self.end();
            }
            let Some(key) = self.plan.key(&self.record) else {
                if self.index.loose {
                    return self.loose().map(Some);
                }
                continue;
            };
            let Some(left) = self.index.left.get_mut(key) else {
                // Without --first every invoice was counted, unless the file is another one by now or already complete.
                if self.index.loose {
                    return Err(self.changed());
                }
                continue;
            };
            *left -= 1;
            let last = *left == 0;
            let key: Box<str> = key.into();
            let reading = self.plan.read(&self.record, &mut self.interner);
            if let Some(prepared) = self.add(key, reading, last)? {
                return Ok(Some(prepared));
            }
        }
    }

    fn add(&mut self, key: Box<str>, reading: Reading, last: bool) -> Result<Option<Prepared>, GatherError> {
        let currency = self.plan.currency;
        if !last {
            self.open_lines += 1;
            if self.open_lines > OPEN_LINES_MAX {
                let column = self.plan.group_column().to_owned();
                return Err(GatherError::TooScattered { name: Arc::clone(&self.name), line: reading.number, column });
            }
            self.open.entry(key).or_default().add(reading, currency)?;
            return Ok(None);
        }
        self.index.left.remove(&key);
        let mut gathered = self.open.remove(&key).unwrap_or_default();
        self.open_lines -= gathered.lines();
        gathered.add(reading, currency)?;
        Ok(Some(gathered.prepare(key.into(), self.plan, &mut self.sales)))
    }

    fn loose(&mut self) -> Result<Prepared, GatherError> {
        let mut reading = self.plan.read(&self.record, &mut self.interner);
        if self.record.problem.is_none() {
            let reason = format!("the row has no {}", self.plan.group_column());
            reading.verdict =
                super::map::Verdict::Refused(Box::new(super::map::Refusal::new("number_missing", reason)));
        }
        let mut gathered = Gathered::default();
        gathered.add(reading, self.plan.currency)?;
        Ok(gathered.prepare("".into(), self.plan, &mut self.sales))
    }

    fn end(&self) -> Result<Option<Prepared>, GatherError> {
        if self.open.is_empty() && self.index.left.is_empty() { Ok(None) } else { Err(self.changed()) }
    }

    fn changed(&self) -> GatherError {
        InputError::Changed { name: Arc::clone(&self.name), line: self.record.number }.into()
    }
}
