//! Rows of CSV.

use std::io::BufRead;
use std::sync::Arc;

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::quoting::Watched;
use super::{InputError, Record, Rows, any_of};
use crate::map::Plan;

/// What some programs write before the first column. Source: Unicode, byte order mark in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

pub(super) struct CsvRows {
    name: Arc<str>,
    reader: Reader<Watched<Box<dyn BufRead>>>,
    row: ByteRecord,
    /// For each column of the mapping, its index in a row; `None` if the file has no such column.
    indexes: Vec<Option<usize>>,
    /// Indexes of the columns that name a row's order.
    group: Vec<usize>,
    width: usize,
}

/// How a file is cut into columns, and which of them are read.
pub(super) struct Layout<'a> {
    delimiter: u8,
    quote: Option<u8>,
    columns: Vec<&'a str>,
    /// Of each, the header has at least one.
    requirements: Vec<Vec<usize>>,
    /// The columns that name a row's order.
    group: &'a [usize],
    /// Whether the header has no other columns.
    is_closed: bool,
}

impl<'a> Layout<'a> {
    pub(super) fn of(plan: &'a Plan) -> Self {
        Self {
            delimiter: plan.delimiter,
            quote: plan.quote,
            columns: plan.columns.iter().map(|column| &*column.name).collect(),
            requirements: plan.requirements.iter().map(|requirement| requirement.any_of.clone()).collect(),
            group: plan.group_columns(),
            is_closed: false,
        }
    }

    pub(super) fn exactly(columns: &[&'a str]) -> Self {
        let requirements = (0..columns.len()).map(|column| vec![column]).collect();
        let columns = columns.to_vec();
        Self { delimiter: b',', quote: Some(b'"'), columns, requirements, group: &[], is_closed: true }
    }
}

impl CsvRows {
    pub(super) fn open(name: Arc<str>, reader: Box<dyn BufRead>, layout: &Layout<'_>) -> Result<Self, InputError> {
        let mut builder = ReaderBuilder::new();
        builder.delimiter(layout.delimiter).flexible(true).has_headers(false);
        match layout.quote {
            Some(quote) => builder.quote(quote),
            None => builder.quoting(false),
        };
        let watched = Watched::new(skipping_mark(reader, &name)?, layout.delimiter, layout.quote);
        let mut reader = builder.from_reader(watched);
        let mut header = ByteRecord::new();
        reader.read_byte_record(&mut header).map_err(|error| failed(&name, 0, error))?;
        let names: Vec<String> = header.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        let indexes = indexes(&name, layout, &names)?;
        let group = layout.group.iter().filter_map(|column| indexes[*column]).collect();
        Ok(Self { name, reader, row: ByteRecord::new(), indexes, group, width: names.len() })
    }

    fn check_quotes(&self) -> Result<(), InputError> {
        match self.reader.get_ref().fault() {
            None => Ok(()),
            Some(fault) => Err(InputError::Quoting { name: Arc::clone(&self.name), fault: fault.to_string() }),
        }
    }

    /// What may be the order's reference in a row of another width: its column counted from the left, else from the right.
    fn candidates(&self, candidates: &mut Vec<String>) {
        let from_right = |index: usize| (self.row.len() + index).checked_sub(self.width);
        let indexes = self.group.iter().copied().chain(self.group.iter().filter_map(|index| from_right(*index)));
        for index in indexes {
            let cell = String::from_utf8_lossy(self.row.get(index).unwrap_or_default());
            let cell = cell.trim();
            if !cell.is_empty() && !candidates.iter().any(|known| known == cell) {
                candidates.push(cell.to_owned());
            }
        }
    }
}

/// Where the header has each column of a layout.
fn indexes(name: &Arc<str>, layout: &Layout<'_>, names: &[String]) -> Result<Vec<Option<usize>>, InputError> {
    let name = || Arc::clone(name);
    let mut indexes = Vec::with_capacity(layout.columns.len());
    for column in &layout.columns {
        let mut found = names.iter().enumerate().filter(|(_, name)| name == column);
        indexes.push(found.next().map(|(index, _)| index));
        if found.next().is_some() {
            return Err(InputError::Doubled { name: name(), column: (*column).to_owned() });
        }
    }
    for requirement in &layout.requirements {
        if requirement.iter().all(|column| indexes[*column].is_none()) {
            let column = any_of(requirement.iter().map(|column| layout.columns[*column]));
            return Err(InputError::Column { name: name(), column, found: names.join(", ") });
        }
    }
    let unknown = names.iter().find(|name| !layout.columns.contains(&name.as_str()));
    match unknown.filter(|_| layout.is_closed) {
        Some(column) => Err(InputError::Unknown { name: name(), column: column.clone() }),
        None => Ok(indexes),
    }
}

fn failed(name: &Arc<str>, line: u64, error: csv::Error) -> InputError {
    InputError::Read { name: Arc::clone(name), line, source: std::io::Error::other(error) }
}

/// The same without the byte order mark before it, which would keep a quote from being the first byte.
pub(super) fn skipping_mark(mut reader: Box<dyn BufRead>, name: &Arc<str>) -> Result<Box<dyn BufRead>, InputError> {
    let failed = |source| InputError::Read { name: Arc::clone(name), line: 0, source };
    if reader.fill_buf().map_err(failed)?.starts_with(BYTE_ORDER_MARK) {
        reader.consume(BYTE_ORDER_MARK.len());
    }
    Ok(reader)
}

impl Rows for CsvRows {
    fn next(&mut self, record: &mut Record) -> Result<bool, InputError> {
        let before = self.reader.position().line();
        let is_row = self.reader.read_byte_record(&mut self.row).map_err(|error| failed(&self.name, before, error))?;
        self.check_quotes()?;
        if !is_row {
            return Ok(false);
        }
        record.reset(self.indexes.len(), self.row.position().map_or(before, csv::Position::line));
        if self.row.len() != self.width {
            record.problem = Some(format!("the row has {} columns, the header {}", self.row.len(), self.width));
            self.candidates(&mut record.candidates);
            return Ok(true);
        }
        for (cell, index) in record.cells.iter_mut().zip(&self.indexes) {
            let bytes = index.and_then(|index| self.row.get(index)).unwrap_or_default();
            let text = String::from_utf8_lossy(bytes);
            if matches!(text, std::borrow::Cow::Owned(_)) {
                record.problem = Some("the row is not UTF-8".to_owned());
            }
            cell.push_str(&text);
        }
        Ok(true)
    }
}
