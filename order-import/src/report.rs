//! The report as a JSON file. Refused lines are in the order of the file, whatever order the engine answered in.

use std::io::Write;

use domain::Currency;
use serde_json::{Map, Value, json};

use super::ledger::{Amounts, Ledger};
use super::spool::{ReportError, Sorted, Spool};

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

/// Writes the report, with the refused lines of the spool.
///
/// # Errors
/// [`ReportError`].
pub fn finish(spool: Spool, ledger: &Ledger, run: &Run) -> Result<(), ReportError> {
    spool.finish(|out, refused| write_report(out, ledger, run, refused))
}

fn write_report(out: &mut impl Write, ledger: &Ledger, run: &Run, refused: &mut Sorted<'_>) -> std::io::Result<()> {
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
