//! Rows of JSON: objects, each of which is one line of an order, or an order with an array of them.

use std::collections::VecDeque;
use std::io::BufRead;
use std::sync::Arc;

use serde_json::{Map, Value};
use service_kit::problem::parse_strict;

use super::elements::Elements;
use super::{InputError, Record, Rows, any_of};
use crate::map::{Column, Plan, Requirement, Scope};

pub(super) struct NdjsonRows {
    name: Arc<str>,
    elements: Elements,
    columns: Vec<Column>,
    requirements: Vec<Requirement>,
    /// Names of the keys that name a row's order.
    group: Vec<String>,
    lines: Option<String>,
    number: u64,
    buffer: Vec<u8>,
    order: Map<String, Value>,
    /// Lines of `order` that are still to come out.
    waiting: VecDeque<Value>,
    /// Which columns any row has had.
    seen: Vec<bool>,
    read_any: bool,
}

impl NdjsonRows {
    pub(super) fn new(name: Arc<str>, reader: Box<dyn BufRead>, plan: &Plan) -> Self {
        let group = plan.group_columns().iter().map(|column| plan.columns[*column].name.clone()).collect();
        Self {
            name,
            elements: Elements::new(reader),
            columns: plan.columns.clone(),
            requirements: plan.requirements.clone(),
            group,
            lines: plan.lines.clone(),
            number: 0,
            buffer: Vec::new(),
            order: Map::new(),
            waiting: VecDeque::new(),
            seen: vec![false; plan.columns.len()],
            read_any: false,
        }
    }

    fn fill(&mut self, record: &mut Record, line: Option<&Map<String, Value>>) {
        for (index, column) in self.columns.iter().enumerate() {
            let of_order = || find(&self.order, &column.name);
            let of_line = || line.and_then(|line| find(line, &column.name));
            let value = match (column.scope, &self.lines) {
                // A row that is one line is its order's too.
                (_, None) | (Scope::Order, Some(_)) => of_order(),
                (Scope::Line, Some(_)) => of_line(),
                (Scope::Either, Some(_)) => of_line().or_else(of_order),
            };
            self.seen[index] |= value.is_some();
            let cell = &mut record.cells[index];
            match value {
                None | Some(Value::Null) => {}
                Some(Value::String(text)) => cell.push_str(text),
                Some(Value::Number(number)) => cell.push_str(&number.to_string()),
                Some(Value::Bool(truth)) => cell.push_str(if *truth { "true" } else { "false" }),
                Some(Value::Array(_) | Value::Object(_)) => {
                    record.problem = Some(format!("{} is no plain value", column.name));
                }
            }
        }
    }

    /// Reads the object in the buffer; `Err` with what is wrong with it.
    fn object(&self) -> Result<Map<String, Value>, String> {
        match parse_strict::<Value>(&self.buffer) {
            Ok(Value::Object(object)) => Ok(object),
            Ok(_) => Err("the line is no JSON object".to_owned()),
            Err(problem) => {
                let detail = problem.errors().first().map_or("it broke off", |error| &*error.detail);
                Err(format!("the line is no JSON object: {detail}"))
            }
        }
    }

    /// The order of an object that cannot be read, where its key can be.
    fn candidates(&self) -> Vec<String> {
        let text = String::from_utf8_lossy(&self.buffer);
        self.group.iter().filter_map(|key| scalar_of(&text, key)).collect()
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

/// The first text or number that stands behind a key, in a text that need not be JSON as a whole.
fn scalar_of(text: &str, key: &str) -> Option<String> {
    let key = serde_json::to_string(key).ok()?;
    let rest = text[text.find(&key)? + key.len()..].trim_start().strip_prefix(':')?;
    match serde_json::Deserializer::from_str(rest).into_iter::<Value>().next()?.ok()? {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

impl Rows for NdjsonRows {
    fn next(&mut self, record: &mut Record) -> Result<bool, InputError> {
        if let Some(line) = self.waiting.pop_front() {
            record.reset(self.columns.len(), self.number);
            self.fill(record, line.as_object());
            if !line.is_object() {
                record.problem = Some("a line of the order is no JSON object".to_owned());
            }
            return Ok(true);
        }
        let read = self.elements.next(&mut self.buffer);
        let line = self.elements.line();
        let read = read.map_err(|source| InputError::Read { name: Arc::clone(&self.name), line, source })?;
        let Some(number) = read else { return Ok(false) };
        self.number = number;
        record.reset(self.columns.len(), number);
        self.order = match self.object() {
            Ok(order) => order,
            Err(problem) => {
                record.problem = Some(problem);
                record.candidates = self.candidates();
                return Ok(true);
            }
        };
        self.read_any = true;
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
                let problem = format!("the order has no array {key:?} with lines");
                self.fill(record, None);
                record.problem = Some(problem);
                Ok(true)
            }
        }
    }

    fn finish(&self) -> Result<(), InputError> {
        let is_met = |requirement: &Requirement| requirement.any_of.iter().any(|column| self.seen[*column]);
        match self.requirements.iter().find(|requirement| !is_met(requirement)) {
            Some(requirement) if self.read_any => {
                let column = any_of(requirement.any_of.iter().map(|column| &*self.columns[*column].name));
                Err(InputError::Path { name: Arc::clone(&self.name), column })
            }
            _ => Ok(()),
        }
    }
}
