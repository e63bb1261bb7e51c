//! Collects the lines of each invoice, wherever in the file they are.
//!
//! Guarantees: an invoice is returned as soon as its last line has been read, so memory holds only unfinished invoices. Both
//! passes treat every row alike. The number of lines of unfinished invoices is limited; above the limit the import ends with an
//! error. A row that cannot be read belongs to the invoice that it names; if it names none, the invoices before and after it
//! are in doubt.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::credits::Sales;
use super::input::{InputError, Origin, Record, Rows};
use super::intern::Interner;
use super::map::{Kind, Plan, Reading, Refusal, Verdict};
use super::order::{Choices, Gathered, Prepared};
use crate::exact::TooLarge;

/// Invoices of one file.
const INVOICES_MAX: usize = 1_000_000;
/// Rows that cannot be read; more is no file of orders, or one with another delimiter.
const UNREADABLE_MAX: usize = 100_000;
/// Lines of open invoices.
const OPEN_LINES_MAX: usize = 800_000;

/// Why lines cannot be gathered.
#[derive(Debug, thiserror::Error)]
pub enum GatherError {
    #[error(transparent)]
    Input(#[from] InputError),
    /// Amounts that cannot be counted.
    #[error(transparent)]
    Amount(#[from] TooLarge),
    /// Too many invoices for one run.
    #[error("{name} has more than {INVOICES_MAX} invoices; split it and import the parts")]
    TooManyInvoices { name: Arc<str> },
    /// Too many rows that cannot be read.
    #[error("{name} has more than {UNREADABLE_MAX} rows that cannot be read; has it the delimiter of the mapping?")]
    TooManyUnreadable { name: Arc<str> },
    /// Too many invoices open at once.
    #[error(
        "{name} scatters the lines of its invoices too widely (more than {OPEN_LINES_MAX} lines are open at line {line}); sort it by {column}"
    )]
    TooScattered {
        name: Arc<str>,
        /// Line of the file, from 1.
        line: u64,
        /// The column that groups lines.
        column: String,
    },
}

/// Which order a row belongs to.
enum RowOwner<'a> {
    /// The order of this reference.
    Order(Cow<'a, str>),
    /// The row cannot be read; it belongs to one of the orders of these references.
    OneOf(&'a [String]),
    /// The row names no order.
    Unknown,
}

fn row_owner<'a>(plan: &'a Plan, record: &'a Record) -> RowOwner<'a> {
    if !record.candidates.is_empty() {
        return RowOwner::OneOf(&record.candidates);
    }
    plan.key(record).map_or(RowOwner::Unknown, RowOwner::Order)
}

/// How many lines each invoice has: the first pass over a file.
#[derive(Debug)]
pub struct Index {
    left: HashMap<Box<str>, u32>,
    /// The invoice of each row that cannot be read, by line of the file.
    owners: HashMap<u64, Box<str>>,
    /// Invoices that an unreadable row may belong to, with the line of that row.
    doubts: HashMap<Box<str>, u64>,
    /// Rows that name no invoice.
    loose: bool,
    /// Rows that belong to the import.
    pub lines: u64,
}

/// Rows that cannot be read, until all invoices are known.
#[derive(Default)]
struct Unreadable {
    rows: Vec<(u64, Vec<String>)>,
    /// The invoice of the row before.
    before: String,
    /// Line of a row whose invoice is unknown, until the next row names one.
    pending: Option<u64>,
}

impl Index {
    /// Counts the lines of every invoice, or of the first so many sales.
    ///
    /// # Errors
    /// [`GatherError`].
    pub fn build(origin: &Origin, plan: &Plan, first: Option<usize>) -> Result<Self, GatherError> {
        let mut rows = origin.rows(plan)?;
        let left = HashMap::new();
        let owners = HashMap::new();
        let doubts = HashMap::new();
        let mut index = Self { left, owners, doubts, loose: first.is_none(), lines: 0 };
        let mut record = Record::default();
        let mut unreadable = Unreadable::default();
        while rows.next(&mut record)? {
            match row_owner(plan, &record) {
                RowOwner::Order(key) => {
                    let counted = index.count(&key, first, || plan.kind(&record) == Some(Kind::Sale));
                    index.lines += u64::from(counted);
                    if let Some(line) = unreadable.pending.take() {
                        index.doubts.insert((*key).into(), line);
                    }
                    unreadable.before.clear();
                    unreadable.before.push_str(&key);
                }
                RowOwner::OneOf(candidates) => unreadable.rows.push((record.number, candidates.to_vec())),
                RowOwner::Unknown => {
                    index.lines += u64::from(index.loose);
                    // Where a row is a whole order, it is no other order's line.
                    if plan.lines.is_none() {
                        index.doubts.insert((*unreadable.before).into(), record.number);
                        unreadable.pending = record.problem.is_some().then_some(record.number);
                    }
                }
            }
            if index.left.len() > INVOICES_MAX {
                return Err(GatherError::TooManyInvoices { name: origin.name() });
            }
            if unreadable.rows.len() > UNREADABLE_MAX {
                return Err(GatherError::TooManyUnreadable { name: origin.name() });
            }
        }
        rows.finish()?;
        index.assign_owners(unreadable.rows);
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

    /// Gives each row that cannot be read to the first of its candidates that other rows name; the others are in doubt. One
    /// that no other row names makes an invoice of its own.
    fn assign_owners(&mut self, rows: Vec<(u64, Vec<String>)>) {
        for (line, candidates) in rows {
            let mut known = candidates.iter().filter(|candidate| self.left.contains_key(candidate.as_str()));
            let owner = match known.next() {
                Some(known) => Some(known),
                None if self.loose => candidates.first(),
                None => None,
            };
            for other in known {
                self.doubts.insert(other.as_str().into(), line);
            }
            if let Some(owner) = owner {
                *self.left.entry(owner.as_str().into()).or_default() += 1;
                self.owners.insert(line, owner.as_str().into());
                self.lines += 1;
            }
        }
    }

    /// The invoice of a row; `None` for a row of none.
    fn owner<'a>(&'a self, plan: &'a Plan, record: &'a Record) -> Option<Cow<'a, str>> {
        match row_owner(plan, record) {
            RowOwner::Order(key) => Some(key),
            RowOwner::OneOf(_) => self.owners.get(&record.number).map(|owner| (&**owner).into()),
            RowOwner::Unknown => None,
        }
    }
}

/// Gives invoices out, one by one: the second pass over a file.
pub struct Gatherer<'a> {
    name: Arc<str>,
    plan: &'a Plan,
    choices: Choices,
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
    pub fn open(origin: &Origin, plan: &'a Plan, choices: Choices, index: Index) -> Result<Self, GatherError> {
        Ok(Self {
            name: origin.name(),
            plan,
            choices,
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
            let Some(key) = self.index.owner(self.plan, &self.record) else {
                if self.index.loose {
                    return self.loose().map(Some);
                }
                continue;
            };
            let key: Box<str> = (*key).into();
            let Some(left) = self.index.left.get_mut(&key) else {
                // Without --first every invoice was counted, unless the file is another one by now or already complete.
                if self.index.loose {
                    return Err(self.changed());
                }
                continue;
            };
            *left -= 1;
            let last = *left == 0;
            let reading = self.plan.read(&self.record, &mut self.interner);
            if let Some(prepared) = self.add(key, reading, last)? {
                return Ok(Some(prepared));
            }
        }
    }

    fn add(&mut self, key: Box<str>, reading: Reading, last: bool) -> Result<Option<Prepared>, GatherError> {
        if !last {
            self.open_lines += 1;
            if self.open_lines > OPEN_LINES_MAX {
                let column = self.plan.group_name();
                return Err(GatherError::TooScattered { name: Arc::clone(&self.name), line: reading.number, column });
            }
            self.open.entry(key).or_default().add(reading);
            return Ok(None);
        }
        self.index.left.remove(&key);
        let doubt = self.index.doubts.remove(&key);
        let mut gathered = self.open.remove(&key).unwrap_or_default();
        self.open_lines -= gathered.lines();
        gathered.add(reading);
        Ok(Some(gathered.prepare(key.into(), doubt, self.plan, self.choices, &mut self.sales)?))
    }

    fn loose(&mut self) -> Result<Prepared, GatherError> {
        let mut reading = self.plan.read(&self.record, &mut self.interner);
        if self.record.problem.is_none() {
            let reason = format!("the row has no {}", self.plan.group_name());
            reading.verdict = Verdict::Refused(Box::new(Refusal::new("number_missing", reason)));
        }
        let mut gathered = Gathered::default();
        gathered.add(reading);
        Ok(gathered.prepare("".into(), None, self.plan, self.choices, &mut self.sales)?)
    }

    fn end(&self) -> Result<Option<Prepared>, GatherError> {
        if self.open.is_empty() && self.index.left.is_empty() { Ok(None) } else { Err(self.changed()) }
    }

    fn changed(&self) -> GatherError {
        InputError::Changed { name: Arc::clone(&self.name), line: self.record.number }.into()
    }
}
