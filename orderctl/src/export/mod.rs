//! `orderctl export`: orders or lines from the read models, as a stream.
//!
//! Guarantees: one statement, so one state of the read models; memory does not grow with the number of rows; a file given by
//! `--output` appears whole or not at all; amounts are exact. Does not: export addresses, which are encrypted.

pub mod condition;
mod parquet;
pub mod table;
mod token;
pub mod write;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use domain::TenantId;
use futures::{Stream, TryStreamExt};
use indicatif::{ProgressBar, ProgressStyle};
use read_models::query::{all_lines, all_orders};
use read_models::{ReadDbError, RowError};
use service_kit::BoxError;
use service_kit::config::Variables;
use tokio_postgres::Client;

use self::condition::Condition;
use self::table::{Table, Value};
use self::write::{Format, Writer};
use crate::args::DEFAULT_TENANT;
use crate::connections::read_client;

/// `export`
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// What each row describes: an order or an order line
    pub table: Table,
    /// Output format
    #[arg(long)]
    pub format: Format,
    /// Export only rows that meet this condition, such as "state = PLACED and total >= 100"
    #[arg(long = "where", value_name = "CONDITION")]
    pub condition: Option<Condition>,
    /// The tenant
    #[arg(long, default_value = DEFAULT_TENANT)]
    pub tenant: TenantId,
    /// The file to write instead of standard output; it appears once it is complete
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Rows between two looks at the progress.
const PROGRESS_ROWS: u64 = 1_000;

/// Why an export ended early.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("cannot read the read models")]
    Read(#[from] ReadDbError),
    /// A row holds what no projector writes.
    #[error("cannot read a row of the read models")]
    Row(#[from] RowError),
    #[error("cannot write the export")]
    Write(#[source] std::io::Error),
    #[error("cannot write the Parquet file")]
    Parquet(#[from] ::parquet::errors::ParquetError),
}

/// What to export.
#[derive(Debug, Clone)]
pub struct Job {
    /// Orders or lines.
    pub table: Table,
    pub format: Format,
    pub tenant: TenantId,
    pub condition: Condition,
}

/// Does what the command line asks.
///
/// # Errors
/// [`ExportError`], or when the read models or the file cannot be opened.
pub async fn run(variables: &Variables, args: ExportArgs) -> Result<bool, BoxError> {
    let job = Job {
        table: args.table,
        format: args.format,
        tenant: args.tenant,
        condition: args.condition.unwrap_or_default(),
    };
    let client = read_client(variables).await?;
    let bar = ProgressBar::new_spinner();
    let style = ProgressStyle::with_template("{spinner} {human_pos} rows, {per_sec}");
    bar.set_style(style.expect("the template is valid"));
    let progress = |rows| bar.set_position(rows);
    let rows = if let Some(path) = &args.output {
        to_file(&client, &job, path, progress).await?
    } else {
        let out = BufWriter::new(std::io::stdout());
        // A closed pipe has to be seen as what it is further up.
        export(&client, &job, out, progress).await.map_err(plain)?
    };
    bar.finish_and_clear();
    eprintln!("{rows} rows exported");
    Ok(true)
}

fn plain(error: ExportError) -> BoxError {
    match error {
        ExportError::Write(error) => error.into(),
        other => other.into(),
    }
}

async fn to_file(client: &Client, job: &Job, path: &Path, progress: impl Fn(u64)) -> Result<u64, ExportError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    let part = Path::new(&name);
    let written = async {
        let file = File::create(part).map_err(ExportError::Write)?;
        let kept = file.try_clone().map_err(ExportError::Write)?;
        let rows = export(client, job, BufWriter::new(file), progress).await?;
        kept.sync_all().map_err(ExportError::Write)?;
        std::fs::rename(part, path).map_err(ExportError::Write)?;
        Ok(rows)
    };
    let written = written.await;
    if written.is_err() {
        // What failed is said already; a leftover is not worth another word.
        std::fs::remove_file(part).ok();
    }
    written
}

/// Streams rows to `out`; answers how many.
///
/// # Errors
/// [`ExportError`].
pub async fn export<W: Write + Send>(
    client: &Client,
    job: &Job,
    out: W,
    progress: impl Fn(u64),
) -> Result<u64, ExportError> {
    let writer = Writer::begin(job.format, job.table.columns(), out)?;
    let condition = job.condition.in_database();
    match job.table {
        Table::Orders => {
            let orders = all_orders(client, &job.tenant, &condition, table::ORDER_COLUMNS).await?;
            let records = orders.err_into().and_then(async |order| table::of_order(&order, &job.condition));
            write_all(records, writer, progress).await
        }
        Table::Lines => {
            let lines = all_lines(client, &job.tenant, &condition, table::LINE_COLUMNS).await?;
            let records = lines.err_into().and_then(async |line| table::of_line(&line, &job.condition));
            write_all(records, writer, progress).await
        }
    }
}

/// Writes the records that there are; answers how many.
async fn write_all<W: Write + Send>(
    records: impl Stream<Item = Result<Option<Vec<Value>>, ExportError>>,
    mut writer: Writer<W>,
    progress: impl Fn(u64),
) -> Result<u64, ExportError> {
    let mut records = std::pin::pin!(records);
    let mut written = 0_u64;
    while let Some(record) = records.try_next().await? {
        let Some(record) = record else { continue };
        writer.write(record)?;
        written += 1;
        if written.is_multiple_of(PROGRESS_ROWS) {
            progress(written);
        }
    }
    writer.finish()?;
    Ok(written)
}

#[cfg(test)]
mod tests;
