//! Refused lines on disk until the report is written.
//!
//! Guarantees: the report appears whole or not at all. A refused line takes sixteen bytes of memory; its text is kept on disk.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

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

    /// Writes the report with what `write` puts into it, and clears up. It gets the refused lines in the order of the file.
    ///
    /// # Errors
    /// [`ReportError`].
    pub fn finish(
        mut self,
        write: impl FnOnce(&mut BufWriter<File>, &mut Sorted<'_>) -> std::io::Result<()>,
    ) -> Result<(), ReportError> {
        let report = self.report.clone();
        self.write(write).map_err(|source| ReportError { path: report, source })
    }

    fn write(
        &mut self,
        write: impl FnOnce(&mut BufWriter<File>, &mut Sorted<'_>) -> std::io::Result<()>,
    ) -> std::io::Result<()> {
        self.file.flush()?;
        let part = beside(&self.report, "part");
        let mut out = BufWriter::new(File::create(&part)?);
        self.offsets.sort_unstable();
        let mut refused = Sorted { offsets: self.offsets.iter(), file: BufReader::new(File::open(&self.path)?), at: 0 };
        write(&mut out, &mut refused)?;
        out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
        std::fs::rename(&part, &self.report)
    }
}

/// Reads refused lines in the order of the file.
pub struct Sorted<'a> {
    offsets: std::slice::Iter<'a, (u64, u64)>,
    file: BufReader<File>,
    at: u64,
}

impl Sorted<'_> {
    /// The next line's JSON; `None` behind the last.
    ///
    /// # Errors
    /// When the spool cannot be read.
    pub fn next(&mut self) -> std::io::Result<Option<String>> {
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
