//! `orderctl stock import`: from flags to an import of opening stock, and its account for people.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use domain::TenantId;
use order_import::input::Origin;
use order_import::progress::Progress;
use order_import::stock::{StockJob, import};
use service_kit::BoxError;
use service_kit::config::Variables;
use service_kit::shutdown::on_signal;

use crate::args::DEFAULT_TENANT;
use crate::engine::{Bearer, Engine};

/// `stock import`
#[derive(Debug, Args)]
pub struct StockImportArgs {
    /// The file: CSV, plain or compressed with gzip
    pub file: PathBuf,
    /// Write a report as JSON: counts, and each refused line with its reason
    #[arg(long, value_name = "FILE.json")]
    pub report: Option<PathBuf>,
    /// The tenant that the stock belongs to
    #[arg(long, default_value = DEFAULT_TENANT)]
    pub tenant: TenantId,
    /// Import nothing; check the file alone
    #[arg(long)]
    pub dry_run: bool,
    /// Longest wait for an engine that does not answer, in seconds
    #[arg(long, default_value_t = order_import::PATIENCE.as_secs(), value_name = "SECONDS")]
    pub patience_s: u64,
}

/// Imports a file; `false` where rows were refused.
///
/// # Errors
/// When the import could not begin, or did not come to its end.
pub async fn run(variables: &Variables, args: &StockImportArgs) -> Result<bool, BoxError> {
    // Checking a file takes no engine, and so no way to sign tokens for one.
    let engine = if args.dry_run {
        None
    } else {
        Some(Engine::from_variables(variables, Bearer::staff(args.tenant.clone()))?.of_imports())
    };
    let job = StockJob {
        origin: Origin::file(&args.file),
        engine,
        report: args.report.clone(),
        patience: Duration::from_secs(args.patience_s),
    };
    let outcome = import(job, Progress::visible(), on_signal()?).await?;
    writeln!(std::io::stdout(), "{}", outcome.accounting)?;
    match outcome.error {
        Some(error) => Err(error.into()),
        None => Ok(!outcome.accounting.has_refusals()),
    }
}
