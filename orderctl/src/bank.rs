//! `orderctl bank import`: credits of a bank statement from a CSV file.
//!
//! Guarantees: every row of the file is accounted for; the same file can be imported again, since an entry counts once by the bank's id.
//! Does not: know any bank's own format, or write to the store. Every row goes through `POST /v1/bank-statements`.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use domain::bank::{BankEntryId, RemittanceText, day};
use domain::{Currency, Money, TenantId, UNIT_PRICE_DECIMALS, UnitPrice, is_hidden};
use order_import::input::{Origin, Record};
use reqwest::Method;
use serde_json::{Value, json};
use service_kit::BoxError;
use service_kit::config::Variables;
use service_kit::errors::chain;

use crate::args::DEFAULT_TENANT;
use crate::engine::{Bearer, Engine};
use crate::orders;

/// The columns of a file, all of which its header names, in any order.
const COLUMNS: [&str; 5] = ["id", "booked_at", "amount", "currency", "text"];
/// Most entries of one request, as the engine accepts them.
const BATCH_ENTRIES_MAX: usize = 200;
/// Most bytes of one request: the engine accepts 64 KiB.
const BATCH_BYTES_MAX: usize = 60 * 1_024;

/// The format of a file, as help text.
pub const FORMAT: &str = "\
The first line names the columns id, booked_at, amount, currency and text, in any order. id is the bank's own, booked_at a day such as
2026-11-27, amount a decimal number such as 129.90, text what the customer wrote. Debits, which have a negative amount, are left out. The same
file can be imported again: each entry counts once.

Example:
  orderctl bank import statement.csv";

/// `bank …`
#[derive(Debug, Subcommand)]
pub enum BankVerb {
    /// Import the credits of a statement, from a CSV file
    #[command(after_long_help = FORMAT)]
    Import(BankImportArgs),
}

/// `bank import`
#[derive(Debug, Args)]
pub struct BankImportArgs {
    /// The file: CSV, plain or compressed with gzip
    pub file: PathBuf,
    /// The tenant whose account it is
    #[arg(long, default_value = DEFAULT_TENANT)]
    pub tenant: TenantId,
}

/// What a row is.
enum Row {
    Credit(Value),
    Debit,
}

/// Does what `bank` asks; `false` where a row was refused, or differs from an earlier entry with its id.
///
/// # Errors
/// When the file cannot be read, or the engine refuses it or does not answer.
pub async fn run(variables: &Variables, verb: &BankVerb) -> Result<bool, BoxError> {
    let BankVerb::Import(BankImportArgs { file, tenant }) = verb;
    let engine = Engine::from_variables(variables, Bearer::staff(tenant.clone()))?;
    let mut out = std::io::stdout();
    let mut counts = BTreeMap::new();
    let (mut batch, mut bytes) = (Vec::new(), 0);
    let mut rows = Origin::file(file).table(&COLUMNS)?;
    let mut record = Record::default();
    while rows.next(&mut record)? {
        match check(&record) {
            Ok(Row::Credit(entry)) => {
                let more = entry.to_string().len() + 1;
                if batch.len() == BATCH_ENTRIES_MAX || bytes + more > BATCH_BYTES_MAX {
                    send(&engine, std::mem::take(&mut batch), &mut counts, &mut out).await?;
                    bytes = 0;
                }
                bytes += more;
                batch.push(entry);
            }
            Ok(Row::Debit) => *counts.entry("DEBIT".to_owned()).or_default() += 1,
            Err(reason) => {
                writeln!(out, "line {} is refused: {reason}", record.number)?;
                *counts.entry("REFUSED".to_owned()).or_default() += 1;
            }
        }
    }
    if !batch.is_empty() {
        send(&engine, batch, &mut counts, &mut out).await?;
    }
    let read: u64 = counts.values().sum();
    let parts: Vec<_> = counts.iter().map(|(outcome, count)| format!("{count} {}", outcome.to_lowercase())).collect();
    writeln!(out, "{read} rows read = {}", parts.join(" + "))?;
    Ok(!counts.contains_key("REFUSED") && !counts.contains_key("CONFLICT"))
}

async fn send(
    engine: &Engine,
    entries: Vec<Value>,
    counts: &mut BTreeMap<String, u64>,
    out: &mut impl Write,
) -> Result<(), BoxError> {
    let body = json!({ "entries": entries });
    let answer: Value = orders::send(engine, Method::POST, "/v1/bank-statements", &body, None).await?.json().await?;
    for entry in answer["entries"].as_array().into_iter().flatten() {
        let text = |key: &str| entry[key].as_str().unwrap_or_default();
        let outcome = text("outcome");
        if matches!(outcome, "UNMATCHED" | "CONFLICT") {
            writeln!(out, "{} is {} {}", text("id"), outcome.to_lowercase(), text("reason"))?;
        }
        *counts.entry(outcome.to_owned()).or_default() += 1;
    }
    Ok(())
}

/// The entry of a row, or why there is none.
fn check(record: &Record) -> Result<Row, String> {
    if let Some(problem) = &record.problem {
        return Err(problem.clone());
    }
    let currency = Currency::try_new(record.cell(3)).map_err(|error| chain(&error))?;
    let Some(amount) = credit(record.cell(2), currency)? else { return Ok(Row::Debit) };
    let id = BankEntryId::try_new(record.cell(0)).map_err(|error| chain(&error))?;
    let booked_at = record.cell(1);
    day(booked_at).ok_or_else(|| format!("{booked_at:?} is no day such as 2026-11-27"))?;
    let amount = json!({"minor": amount.minor(), "currency": currency.code()});
    let mut entry = json!({"id": id.as_str(), "bookedAt": booked_at, "amount": amount});
    let text = on_one_line(record.cell(4));
    if !text.is_empty() {
        let text = RemittanceText::try_new(text).map_err(|error| chain(&error))?;
        entry["text"] = text.as_str().into();
    }
    Ok(Row::Credit(entry))
}

/// An amount that came; `None` for one that went out.
fn credit(text: &str, currency: Currency) -> Result<Option<Money>, String> {
    let (is_debit, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let exact = UnitPrice::try_new(digits).map_err(|error| chain(&error))?.ten_thousandths();
    let unit = 10_i64.pow(UNIT_PRICE_DECIMALS - currency.exponent());
    if exact % unit != 0 {
        return Err(format!("{text:?} has more decimals than {currency}"));
    }
    Ok((!is_debit && exact > 0).then(|| Money::new(exact / unit, currency)))
}

/// What a customer wrote, without line breaks and invisible characters, as far as it is taken.
fn on_one_line(text: &str) -> String {
    let visible = |c: char| if c.is_control() || is_hidden(c) { ' ' } else { c };
    let text: String = text.chars().map(visible).collect();
    let text: String =
        text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(RemittanceText::LIMIT).collect();
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_and_debits_are_none() {
        let euros = |text| credit(text, Currency::EUR).map(|amount| amount.map(Money::minor));
        assert_eq!(
            [euros("129.9"), euros("5"), euros("-3.00"), euros("0")],
            [Ok(Some(12_990)), Ok(Some(500)), Ok(None), Ok(None)]
        );
        assert_eq!(credit("5", Currency::JPY).map(|amount| amount.map(Money::minor)), Ok(Some(5)));
        for wrong in ["", "1.234", "1,5", "--1", "1e3"] {
            assert!(euros(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_text_is_brought_on_one_line() {
        assert_eq!(on_one_line(" a\r\n\u{200b}b  c "), "a b c");
        assert_eq!(on_one_line(&format!("{} y", "x".repeat(499))), "x".repeat(499));
    }
}
