//! Opens a file, several times if needed.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;

use super::csv::{CsvRows, Layout, skipping_mark};
use super::ndjson::NdjsonRows;
use super::{InputError, Rows};
use crate::map::Plan;

/// The first two bytes of gzip. Source: RFC 1952.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// What stands before a text in UTF-16. Source: Unicode, byte order mark.
const UTF_16_MARKS: [[u8; 2]; 2] = [[0xff, 0xfe], [0xfe, 0xff]];
const BUFFER_BYTES: usize = 128 * 1_024;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Columns with a header line.
    Csv,
    /// JSON objects, one a line or all in an array.
    Ndjson,
}

/// Where rows come from; it is read twice.
#[derive(Debug, Clone)]
pub enum Origin {
    /// A file.
    File(Arc<Path>),
    /// Generated content.
    Memory {
        /// What to call it.
        name: Arc<str>,
        /// CSV.
        content: Arc<[u8]>,
    },
}

impl Origin {
    /// A file by its path.
    pub fn file(path: &Path) -> Self {
        Self::File(path.into())
    }

    /// What to call it in messages.
    pub fn name(&self) -> Arc<str> {
        match self {
            Self::File(path) => path.display().to_string().into(),
            Self::Memory { name, .. } => Arc::clone(name),
        }
    }

    /// The format that the file name's extension stands for; CSV by default.
    pub fn format(&self) -> Format {
        let name = self.name().to_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        let ndjson = [".ndjson", ".jsonl", ".json"].iter().any(|suffix| name.ends_with(suffix));
        if ndjson { Format::Ndjson } else { Format::Csv }
    }

    /// Opens it for a pass over its rows.
    ///
    /// # Errors
    /// [`InputError`] when it cannot be opened or lacks a column.
    pub fn rows(&self, plan: &Plan) -> Result<Box<dyn Rows>, InputError> {
        let reader = self.text()?;
        Ok(match self.format() {
            Format::Csv => Box::new(CsvRows::open(self.name(), reader, &Layout::of(plan))?),
            Format::Ndjson => Box::new(NdjsonRows::new(self.name(), skipping_mark(reader, &self.name())?, plan)),
        })
    }

    /// Opens it as CSV with commas whose header names these columns and no others. A record has them in this order.
    ///
    /// # Errors
    /// [`InputError`] when it cannot be opened, or has other columns.
    pub fn table(&self, columns: &[&str]) -> Result<Box<dyn Rows>, InputError> {
        Ok(Box::new(CsvRows::open(self.name(), self.text()?, &Layout::exactly(columns))?))
    }

    fn text(&self) -> Result<Box<dyn BufRead>, InputError> {
        let mut reader = self.reader()?;
        let start = reader.fill_buf().map_err(|source| InputError::Read { name: self.name(), line: 0, source })?;
        if UTF_16_MARKS.iter().any(|mark| start.starts_with(mark)) {
            return Err(InputError::Encoding { name: self.name() });
        }
        Ok(reader)
    }

    fn reader(&self) -> Result<Box<dyn BufRead>, InputError> {
        let bytes: Box<dyn Read> = match self {
            Self::Memory { content, .. } => Box::new(Cursor::new(Arc::clone(content))),
            Self::File(path) => {
                let error = |source| InputError::Open { path: path.to_path_buf(), source };
                Box::new(File::open(path).map_err(error)?)
            }
        };
        let mut reader = BufReader::with_capacity(BUFFER_BYTES, bytes);
        let start = reader.fill_buf().map_err(|source| InputError::Read { name: self.name(), line: 0, source })?;
        if start.starts_with(&GZIP_MAGIC) {
            return Ok(Box::new(BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(reader))));
        }
        Ok(Box::new(reader))
    }
}
