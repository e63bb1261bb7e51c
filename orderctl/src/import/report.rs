//! The report as a JSON file.
//!
//! Guarantees: the file appears whole or not at all. Refused lines are in the order of the file, whatever order the engine
//! answered in. A refused line takes sixteen bytes of memory; its text is kept on disk.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use domain::Currency;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::ledger::{Amounts, Ledger};

/// A refused line.
#[derive(Debug, Serialize)]
pub struct Refused<'a> {
    /// Reference of its invoice; empty where the row names none.
    pub invoice: &'a str,
    /// Line of the file, from 1.
    pub line: u64,
    /// Stable code, for programs.
    pub code: &'a str,
    /// Explanation, for people.
    pub detail: &'a str,
}

/// Why the report cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the report {}", path.display())]
pub struct ReportError {
    path: PathBuf,
    #[source]
    source: std::io::Error,
}

/// Refused lines, kept beside the report until it is written.
#[derive(Debug)]
pub struct Spool {
    report: PathBuf,
    path: PathBuf,
    file: BufWriter<File>,
    written: u64,
    /// Line of the file, and where its JSON begins in the spool, in bytes.
    offsets: Vec<(u64, u64)>,
}

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Run {
    /// The system the orders come from.
    pub source: String,
    /// The currency of orders that name none.
    pub currency: Option<Currency>,
    /// Whether nothing was imported, but tried.
    pub dry_run: bool,
    /// Whether every line of the file has an outcome.
    pub complete: bool,
    /// Wall-clock time of the run, in seconds.
    pub seconds: f64,
}

impl Run {
    /// Lines a second.
    pub fn rate(&self, lines: u64) -> f64 {
        let lines = f64::from(u32::try_from(lines).unwrap_or(u32::MAX));
        if self.seconds > 0.0 { lines / self.seconds } else { 0.0 }
    }
}

impl Spool {
    /// Makes room beside the report, which also shows early whether it can be written.
    ///
    /// # Errors
    /// [`ReportError`].
    pub fn create(report: &Path) -> Result<Self, ReportError> {
        let path = beside(report, "refused");
        let file = File::create(&path).map_err(|source| ReportError { path: report.to_path_buf(), source })?;
        Ok(Self { report: report.to_path_buf(), path, file: BufWriter::new(file), written: 0, offsets: Vec::new() })
    }

    /// Keeps a refused line.
    ///
    /// # Errors
    /// [`ReportError`].
    pub fn push(&mut self, refused: &Refused<'_>) -> Result<(), ReportError> {
        let mut json = serde_json::to_vec(refused).expect("a refusal has only texts and numbers");
        json.push(b'\n');
        self.offsets.push((refused.line, self.written));
        self.written += u64::try_from(json.len()).unwrap_or_default();
        self.file.write_all(&json).map_err(|source| ReportError { path: self.report.clone(), source })
    }

    /// Writes the report and clears up.
    ///
    /// # Errors
    /// [`ReportError`].
    pub fn finish(mut self, ledger: &Ledger, run: &Run) -> Result<(), ReportError> {
        let report = self.report.clone();
        self.write(ledger, run).map_err(|source| ReportError { path: report, source })
    }

    fn write(&mut self, ledger: &Ledger, run: &Run) -> std::io::Result<()> {
        self.file.flush()?;
        let part = beside(&self.report, "part");
        let mut out = BufWriter::new(File::create(&part)?);
        self.offsets.sort_unstable();
        let mut refused = Sorted { offsets: self.offsets.iter(), file: BufReader::new(File::open(&self.path)?), at: 0 };
        write_report(&mut out, ledger, run, &mut refused)?;
        out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
        std::fs::rename(&part, &self.report)
    }
}

/// Reads refused lines in the order of the file.
struct Sorted<'a, F> {
    offsets: std::slice::Iter<'a, (u64, u64)>,
    file: BufReader<F>,
    at: u64,
}

impl<F: Read + Seek> Sorted<'_, F> {
    fn next(&mut self) -> std::io::Result<Option<String>> {
        let Some((_, offset)) = self.offsets.next() else { return Ok(None) };
        // Mostly a step within the buffer, for the engine answers nearly in order.
        self.file.seek_relative(offset.cast_signed() - self.at.cast_signed())?;
        let mut json = String::new();
        let length = self.file.read_line(&mut json)?;
        self.at = offset + u64::try_from(length).unwrap_or_default();
        json.truncate(json.trim_end().len());
        Ok(Some(json))
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        // A leftover only wastes room, and the next run to the same report overwrites it.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn beside(report: &Path, suffix: &str) -> PathBuf {
    let mut name = report.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

fn write_report(
    out: &mut impl Write,
    ledger: &Ledger,
    run: &Run,
    refused: &mut Sorted<'_, impl Read + Seek>,
) -> std::io::Result<()> {
    let by_currency: Map<String, Value> = ledger
        .amounts
        .iter()
        .map(|(currency, amounts)| {
            let mut json = amounts_json(amounts);
            json["rounded"] = amounts.rounded.to_fixed(currency.exponent()).into();
            (currency.to_string(), json)
        })
        .collect();
    let only = ledger.only_currency(run.currency);
    let amount = only.map_or(Value::Null, |currency| amounts_json(&ledger.amounts_in(currency)));
    let rounded = only.map(|currency| ledger.amounts_in(currency).rounded.to_fixed(currency.exponent()));
    writeln!(out, "{{")?;
    writeln!(out, "  \"lines\": {},", serde_json::to_string(&ledger.lines)?)?;
    writeln!(out, "  \"invoices\": {},", serde_json::to_string(&ledger.invoices)?)?;
    writeln!(out, "  \"amount\": {amount},")?;
    writeln!(out, "  \"amount_rounded\": {},", json!(rounded))?;
    write!(out, "  \"refused\": [")?;
    let mut between = "\n    ";
    while let Some(json) = refused.next()? {
        write!(out, "{between}{json}")?;
        between = ",\n    ";
    }
    writeln!(out, "{}],", if between.starts_with(',') { "\n  " } else { "" })?;
    writeln!(out, "  \"seconds\": {:.3},", run.seconds)?;
    writeln!(out, "  \"lines_per_s\": {:.1},", run.rate(ledger.lines.read))?;
    writeln!(out, "  \"source\": {},", json!(run.source))?;
    writeln!(out, "  \"currency\": {},", json!(only))?;
    writeln!(out, "  \"amounts\": {},", Value::Object(by_currency))?;
    writeln!(out, "  \"dry_run\": {},", run.dry_run)?;
    writeln!(out, "  \"complete\": {},", run.complete)?;
    writeln!(out, "  \"orders\": {},", serde_json::to_string(&ledger.orders)?)?;
    writeln!(out, "  \"refused_by_code\": {},", serde_json::to_string(&ledger.codes)?)?;
    writeln!(out, "  \"notes\": {}", serde_json::to_string(&ledger.notes)?)?;
    writeln!(out, "}}")
}

/// Amounts of one currency, to the last digit.
fn amounts_json(amounts: &Amounts) -> Value {
    json!({
        "read": amounts.read.to_string(),
        "imported": amounts.imported.to_string(),
        "corrected": amounts.corrected.to_string(),
        "already": amounts.already.to_string(),
        "refused": amounts.refused.to_string(),
    })
}
