//! The rows of a file of opening stock: which can be sent, and which are refused before anything is sent.

use std::collections::HashMap;
use std::ops::Range;

use domain::{LocationId, Pieces, Sku};
use serde::Serialize;
use serde_json::{Value, json};
use service_kit::errors::chain;
use uuid::Uuid;

use crate::input::{InputError, Origin, Record};

/// The columns of a file, all of which its header names, in any order.
pub(super) const COLUMNS: [&str; 5] = ["location", "sku", "on_hand", "safety_stock", "allows_backorder"];
/// Most rows of one request, as the engine accepts them.
pub(super) const BATCH_ROWS_MAX: usize = 400;
/// Most bytes of one request: the engine accepts 64 KiB.
pub(super) const BATCH_BYTES_MAX: usize = 60 * 1_024;
/// Most rows of a file, which are held in memory.
const FILE_ROWS_MAX: u64 = 2_000_000;
/// Namespace of the UUIDs of files' contents, itself a random UUID. It never changes, or a repeated import would be a new one.
const CONTENT_NAMESPACE: Uuid = Uuid::from_u128(0xfdc8_2acf_a186_4d45_a259_c30a_47ab_c5ca);

/// A row that can be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StockRow {
    /// The line of the file that it begins at, from 1.
    pub(super) line: u64,
    /// Its JSON.
    pub(super) json: String,
}

/// A row that is not imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct RefusedRow {
    pub(super) line: u64,
    pub(super) code: String,
    pub(super) detail: String,
}

/// The content of a file.
#[derive(Debug, Default)]
pub(super) struct StockFile {
    pub(super) rows: Vec<StockRow>,
    pub(super) refused: Vec<RefusedRow>,
    /// Follows from all rows that can be sent, in their order.
    content: Uuid,
}

/// Why a file of stock cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum StockFileError {
    #[error(transparent)]
    Input(#[from] InputError),
    #[error("{name} has more than {FILE_ROWS_MAX} rows; divide it")]
    TooLong { name: String },
}

/// Why a row is refused.
type Refused = (&'static str, String);

impl StockFile {
    /// Reads a file and checks each of its rows.
    pub(super) fn read(origin: &Origin) -> Result<Self, StockFileError> {
        let mut rows = origin.table(&COLUMNS)?;
        let mut file = Self::default();
        let mut lines: HashMap<(LocationId, Sku), u64> = HashMap::new();
        let mut record = Record::default();
        while rows.next(&mut record)? {
            if file.read_rows() == FILE_ROWS_MAX {
                return Err(StockFileError::TooLong { name: origin.name().to_string() });
            }
            let line = record.number;
            match check(&record, &mut lines) {
                Ok(json) => file.rows.push(StockRow { line, json }),
                Err((code, detail)) => file.refused.push(RefusedRow { line, code: code.to_owned(), detail }),
            }
        }
        let bodies: Vec<&str> = file.rows.iter().map(|row| &*row.json).collect();
        file.content = Uuid::new_v5(&CONTENT_NAMESPACE, bodies.join("\n").as_bytes());
        Ok(file)
    }

    /// How many rows the file has.
    pub(super) fn read_rows(&self) -> u64 {
        (self.rows.len() + self.refused.len()) as u64
    }

    /// The rows in ranges that one request each can have.
    pub(super) fn batches(&self) -> Vec<Range<usize>> {
        let mut batches = Vec::new();
        let (mut start, mut bytes) = (0, 0);
        for (index, row) in self.rows.iter().enumerate() {
            // The comma between rows; the braces around all of them are within what the limit leaves.
            let more = row.json.len() + 1;
            if index > start && (index - start == BATCH_ROWS_MAX || bytes + more > BATCH_BYTES_MAX) {
                batches.push(start..index);
                (start, bytes) = (index, 0);
            }
            bytes += more;
        }
        if start < self.rows.len() {
            batches.push(start..self.rows.len());
        }
        batches
    }

    /// The body of a request with some rows.
    pub(super) fn body(&self, range: &Range<usize>) -> String {
        let rows: Vec<&str> = self.rows[range.clone()].iter().map(|row| &*row.json).collect();
        format!("{{\"rows\":[{}]}}", rows.join(","))
    }

    /// The idempotency key of a request with some rows: the same for the same content, so that it has one effect however often a file
    /// is imported.
    pub(super) fn key(&self, range: &Range<usize>) -> String {
        format!("stock-import-{}-{}-{}", self.content, range.start, range.end)
    }
}

/// The JSON of a row.
fn check(record: &Record, lines: &mut HashMap<(LocationId, Sku), u64>) -> Result<String, Refused> {
    if let Some(problem) = &record.problem {
        return Err(("unreadable_row", problem.clone()));
    }
    let location = LocationId::try_new(record.cell(0)).map_err(|error| ("invalid_location", chain(&error)))?;
    let sku = Sku::try_new(record.cell(1)).map_err(|error| ("invalid_sku", chain(&error)))?;
    let on_hand = pieces(record.cell(2)).map_err(|detail| ("invalid_on_hand", detail))?;
    let mut row = json!({ "location": location.as_str(), "sku": sku.as_str(), "onHand": on_hand.get() });
    if let text @ [_, ..] = record.cell(3).as_bytes() {
        let text = String::from_utf8_lossy(text);
        row["safetyStock"] = pieces(&text).map_err(|detail| ("invalid_safety_stock", detail))?.get().into();
    }
    match record.cell(4) {
        "" => {}
        "true" => row["allowsBackorder"] = Value::Bool(true),
        "false" => row["allowsBackorder"] = Value::Bool(false),
        other => return Err(("invalid_allows_backorder", format!("{other:?} is neither true, false nor empty"))),
    }
    if let Some(earlier) = lines.get(&(location.clone(), sku.clone())) {
        return Err(("duplicate_row", format!("line {earlier} names the same SKU and location")));
    }
    lines.insert((location, sku), record.number);
    Ok(row.to_string())
}

fn pieces(text: &str) -> Result<Pieces, String> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| is_number);
    let number: u64 = number.ok_or_else(|| format!("{text:?} is no whole number of pieces from 0"))?;
    Pieces::try_new(number).map_err(|error| chain(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rows: &str) -> StockFile {
        let content = format!("{}\n{rows}", COLUMNS.join(",")).into_bytes();
        StockFile::read(&Origin::Memory { name: "stock".into(), content: content.into() }).unwrap()
    }

    fn many(rows: usize, sku: &str) -> String {
        (0..rows).map(|number| format!("zrh-1,{sku}-{number},{number},,")).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn requests_have_all_rows_in_order_and_keep_to_both_limits() {
        for (rows, sku, requests) in
            [(0, "a", 0), (1, "a", 1), (BATCH_ROWS_MAX + 1, "a", 2), (BATCH_ROWS_MAX, "long", 1)]
        {
            let file = read(&many(rows, sku));
            let batches = file.batches();
            assert_eq!(batches.len(), requests, "{rows} rows");
            assert!(batches.iter().flat_map(Clone::clone).eq(0..rows));
            assert!(batches.iter().all(|range| file.body(range).len() <= BATCH_BYTES_MAX + "{\"rows\":[]}".len()));
        }
        let wide = read(&many(BATCH_ROWS_MAX, &"x".repeat(50)));
        let bytes: usize = wide.rows.iter().map(|row| row.json.len()).sum();
        assert_eq!(wide.batches().len() > 1, bytes > BATCH_BYTES_MAX);
    }

    #[test]
    fn a_request_has_the_key_of_its_content() {
        let (one, same, other) = (read("zrh-1,tea,1,,\n"), read("zrh-1, tea ,1,,\n"), read("zrh-1,tea,2,,\n"));
        assert_eq!(one.key(&(0..1)), same.key(&(0..1)));
        assert_ne!(one.key(&(0..1)), other.key(&(0..1)));
        assert_ne!(one.key(&(0..1)), one.key(&(0..2)));
    }

    #[test]
    fn a_row_that_cannot_be_sent_is_refused_by_its_line() {
        let file = read("zrh-1,tea,1,2,true\nzrh-1,tea,2,,\nzrh-1,mug,x,,\nzrh-1,mug,1,-1,\nzrh-1,mug,1,,maybe\n");
        assert_eq!(file.rows.len(), 1);
        let codes: Vec<_> = file.refused.iter().map(|row| (row.line, row.code.as_str())).collect();
        let expected = [
            (3, "duplicate_row"),
            (4, "invalid_on_hand"),
            (5, "invalid_safety_stock"),
            (6, "invalid_allows_backorder"),
        ];
        assert_eq!(codes, expected);
    }
}
