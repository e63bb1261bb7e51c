//! The three formats.
//!
//! Guarantees: the same records read back from each; one record, or one row group of a Parquet file, is held at a time.

use std::io::Write;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, json};

use super::ExportError;
use super::parquet::Groups;
use super::table::{Column, Value};

/// How records are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// One JSON object a line
    Ndjson,
    /// Comma-separated, with a header; what has no value is empty
    Csv,
    /// Apache Parquet
    Parquet,
}

/// Takes records one by one.
pub struct Writer<W: Write + Send> {
    columns: &'static [Column],
    out: Out<W>,
}

enum Out<W: Write + Send> {
    Ndjson(W),
    Csv(Box<csv::Writer<W>>),
    Parquet(Box<Groups<W>>),
}

impl<W: Write + Send> Writer<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// [`ExportError`] when it cannot be written.
    pub fn begin(format: Format, columns: &'static [Column], out: W) -> Result<Self, ExportError> {
        let out = match format {
            Format::Ndjson => Out::Ndjson(out),
            Format::Csv => {
                let mut csv = csv::Writer::from_writer(out);
                csv.write_record(columns.iter().map(|(name, _)| name)).map_err(csv_error)?;
                Out::Csv(Box::new(csv))
            }
            Format::Parquet => Out::Parquet(Box::new(Groups::begin(columns, out)?)),
        };
        Ok(Self { columns, out })
    }

    /// Writes a record.
    ///
    /// # Errors
    /// [`ExportError`] when it cannot be written.
    pub fn write(&mut self, record: Vec<Value>) -> Result<(), ExportError> {
        match &mut self.out {
            Out::Ndjson(out) => {
                let names = self.columns.iter().map(|(name, _)| (*name).to_owned());
                let object: Map<_, _> = names.zip(record.iter().map(as_json)).collect();
                serde_json::to_writer(&mut *out, &object).map_err(|error| ExportError::Write(error.into()))?;
                out.write_all(b"\n").map_err(ExportError::Write)
            }
            Out::Csv(csv) => csv.write_record(record.into_iter().map(as_text)).map_err(csv_error),
            Out::Parquet(groups) => groups.push(record),
        }
    }

    /// Ends the file.
    ///
    /// # Errors
    /// [`ExportError`] when it cannot be written.
    pub fn finish(self) -> Result<(), ExportError> {
        match self.out {
            Out::Ndjson(mut out) => out.flush().map_err(ExportError::Write),
            Out::Csv(mut csv) => csv.flush().map_err(ExportError::Write),
            Out::Parquet(groups) => groups.finish(),
        }
    }
}

fn iso(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn as_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Nothing => serde_json::Value::Null,
        Value::Text(text) => json!(text),
        Value::Whole(number) => json!(number),
        Value::Flag(flag) => json!(flag),
        Value::Time(time) => json!(iso(*time)),
    }
}

fn as_text(value: Value) -> String {
    match value {
        Value::Nothing => String::new(),
        Value::Text(text) => text,
        Value::Whole(number) => number.to_string(),
        Value::Flag(flag) => flag.to_string(),
        Value::Time(time) => iso(time),
    }
}

fn csv_error(error: csv::Error) -> ExportError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => ExportError::Write(error),
        other => ExportError::Write(std::io::Error::other(format!("{other:?}"))),
    }
}
