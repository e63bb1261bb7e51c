//! Rows of NDJSON: one object a line, which is one line of an order, or an order with an array of them.

use std::collections::VecDeque;
use std::io::{BufRead, Read};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{InputError, Record, Rows};
use crate::import::map::Plan;

/// Longest line of a file.
const LINE_BYTES_MAX: u64 = 16 * 1_024 * 1_024;

pub(super) struct NdjsonRows {
    name: Arc<str>,
    reader: Box<dyn BufRead>,
    columns: Vec<String>,
    lines: Option<String>,
    number: u64,
    buffer: Vec<u8>,
    order: Map<String, Value>,
    /// Lines of `order` that are still to come out.
    waiting: VecDeque<Value>,
}

impl NdjsonRows {
    pub(super) fn new(name: Arc<str>, reader: Box<dyn BufRead>, plan: &Plan) -> Self {
        Self {
            name,
            reader,
            columns: plan.columns.clone(),
            lines: plan.lines.clone(),
            number: 0,
            buffer: Vec::new(),
            order: Map::new(),
            waiting: VecDeque::new(),
        }
    }

    /// Reads the next line that is not blank; `false` at the end.
    fn line(&mut self) -> Result<bool, InputError> {
        loop {
            self.buffer.clear();
            let failed = |source| InputError::Read { name: Arc::clone(&self.name), line: self.number, source };
            let read = self.reader.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut self.buffer).map_err(failed)?;
            if read == 0 {
                return Ok(false);
            }
            if u64::try_from(read) == Ok(LINE_BYTES_MAX) {
                return Err(failed(std::io::Error::other(format!("a line is longer than {LINE_BYTES_MAX} bytes"))));
            }
            self.number += 1;
            if !self.buffer.trim_ascii().is_empty() {
                return Ok(true);
            }
        }
    }

    fn fill(&self, record: &mut Record, line: Option<&Map<String, Value>>) {
        for (cell, column) in record.cells.iter_mut().zip(&self.columns) {
            let value = line.and_then(|line| find(line, column)).or_else(|| find(&self.order, column));
            match value {
                None | Some(Value::Null) => {}
                Some(Value::String(text)) => cell.push_str(text),
                Some(Value::Number(number)) => cell.push_str(&number.to_string()),
                Some(Value::Bool(truth)) => cell.push_str(if *truth { "true" } else { "false" }),
                Some(Value::Array(_) | Value::Object(_)) => {
                    record.problem = Some(format!("{column} is no plain value"));
                }
            }
        }
    }
}

/// A value by its path, such as `customer.id`.
fn find<'a>(object: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    if let Some(value) = object.get(path) {
        return Some(value);
    }
    let (first, rest) = path.split_once('.')?;
    find(object.get(first)?.as_object()?, rest)
}

impl Rows for NdjsonRows {
    fn next(&mut self, record: &mut Record) -> Result<bool, InputError> {
        if let Some(line) = self.waiting.pop_front() {
            record.reset(self.columns.len(), self.number);
            self.fill(record, line.as_object());
            return Ok(true);
        }
        if !self.line()? {
            return Ok(false);
        }
        record.reset(self.columns.len(), self.number);
        self.order = match serde_json::from_slice(&self.buffer) {
            Ok(order) => order,
            Err(error) => {
                record.problem = Some(format!("the line is no JSON object: {error}"));
                return Ok(true);
            }
        };
        let Some(key) = self.lines.as_deref() else {
            self.fill(record, None);
            return Ok(true);
        };
        match self.order.remove(key) {
            Some(Value::Array(lines)) if !lines.is_empty() => {
                self.waiting = lines.into();
                self.next(record)
            }
            _ => {
                self.fill(record, None);
                record.problem = Some(format!("the order has no array {key:?} with lines"));
                Ok(true)
            }
        }
    }
}
