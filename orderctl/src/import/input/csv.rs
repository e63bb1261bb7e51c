//! Rows of CSV.

use std::io::BufRead;
use std::sync::Arc;

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::{InputError, Record, Rows};
use crate::import::map::Plan;

/// What some programs write before the first column. Source: Unicode, byte order mark in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

pub(super) struct CsvRows {
    name: Arc<str>,
    reader: Reader<Box<dyn BufRead>>,
    row: ByteRecord,
    /// For each column of the mapping, its place in a row.
    places: Vec<usize>,
    width: usize,
}

impl CsvRows {
    pub(super) fn open(name: Arc<str>, reader: Box<dyn BufRead>, plan: &Plan) -> Result<Self, InputError> {
        let mut reader =
            ReaderBuilder::new().delimiter(plan.delimiter).flexible(true).has_headers(false).from_reader(reader);
        let mut header = ByteRecord::new();
        reader.read_byte_record(&mut header).map_err(|error| failed(&name, 0, error))?;
        let names: Vec<String> = header
            .iter()
            .map(|cell| String::from_utf8_lossy(cell.strip_prefix(BYTE_ORDER_MARK).unwrap_or(cell)).trim().to_owned())
            .collect();
        let place = |column: &String| {
            names.iter().position(|name| name == column).ok_or_else(|| InputError::Column {
                name: Arc::clone(&name),
                column: column.clone(),
                found: names.join(", "),
            })
        };
        let places = plan.columns.iter().map(place).collect::<Result<_, _>>()?;
        Ok(Self { name, reader, row: ByteRecord::new(), places, width: names.len() })
    }
}

fn failed(name: &Arc<str>, line: u64, error: csv::Error) -> InputError {
    InputError::Read { name: Arc::clone(name), line, source: std::io::Error::other(error) }
}

impl Rows for CsvRows {
    fn next(&mut self, record: &mut Record) -> Result<bool, InputError> {
        let before = self.reader.position().line();
        if !self.reader.read_byte_record(&mut self.row).map_err(|error| failed(&self.name, before, error))? {
            return Ok(false);
        }
        record.reset(self.places.len(), self.row.position().map_or(before, csv::Position::line));
        if self.row.len() != self.width {
            record.problem = Some(format!("the row has {} columns, the header {}", self.row.len(), self.width));
        }
        for (cell, place) in record.cells.iter_mut().zip(&self.places) {
            match std::str::from_utf8(self.row.get(*place).unwrap_or_default()) {
                Ok(text) => cell.push_str(text),
                Err(_) => record.problem = Some("the row is not UTF-8".to_owned()),
            }
        }
        Ok(true)
    }
}
