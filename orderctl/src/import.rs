//! `orderctl import`: from flags to an import, and its outcome for people.

use std::borrow::Cow;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};
use domain::{Currency, ImportSource, TenantId};
use order_import::input::Origin;
use order_import::map::{ONLINE_RETAIL, Plan, SHIPPED};
use order_import::progress::Progress;
use order_import::{Choices, Job, import, sample};
use service_kit::BoxError;
use service_kit::config::Variables;
use service_kit::shutdown::on_signal;

use crate::args::DEFAULT_TENANT;
use crate::engine::{Bearer, Engine};

/// `import …`
#[derive(Debug, Subcommand)]
pub enum ImportVerb {
    /// Import the data set "Online Retail" (UCI Machine Learning Repository)
    #[command(after_long_help = order_import::RULES)]
    OnlineRetail(OnlineRetailArgs),
    /// Import any CSV or NDJSON file by a mapping
    #[command(after_long_help = order_import::MAPS)]
    Orders(OrdersArgs),
    /// Import generated orders
    Sample(ImportSampleArgs),
}

/// Flags of every import.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Write a report as JSON: counts, exact amounts, and each refused line with its reason
    #[arg(long, value_name = "FILE.json")]
    pub report: Option<PathBuf>,
    /// The tenant that the orders belong to
    #[arg(long, default_value = DEFAULT_TENANT)]
    pub tenant: TenantId,
    /// Import nothing; report what an import would do
    #[arg(long)]
    pub dry_run: bool,
    /// Replace orders that were imported before with other content; the history keeps both versions
    #[arg(long)]
    pub update: bool,
    /// Import an order without its refused lines, instead of refusing the whole order
    #[arg(long)]
    pub partial: bool,
    /// Longest wait for an engine that does not answer, in seconds
    #[arg(long, default_value_t = order_import::PATIENCE.as_secs(), value_name = "SECONDS")]
    pub patience_s: u64,
}

/// `import online-retail`
#[derive(Debug, Args)]
pub struct OnlineRetailArgs {
    /// The file: CSV, plain or compressed with gzip
    pub file: PathBuf,
    /// Import only this many ordinary invoices, the first of the file
    #[arg(long, value_name = "N")]
    pub first: Option<usize>,
    /// The currency of the prices [default: GBP]
    #[arg(long, value_parser = currency)]
    pub currency: Option<Currency>,
    /// Flags of every import.
    #[command(flatten)]
    pub import: ImportArgs,
}

/// `import orders`
#[derive(Debug, Args)]
pub struct OrdersArgs {
    /// The file: CSV, .ndjson, .jsonl or .json, plain or compressed with gzip
    pub file: PathBuf,
    /// The mapping from columns to orders: shopify, woocommerce, amazon, or a file of your own
    #[arg(long, value_name = "NAME|MAP.toml")]
    pub map: PathBuf,
    /// Name of the system that the orders come from, instead of the one in the mapping; give each of several shops its own name
    #[arg(long)]
    pub source: Option<ImportSource>,
    /// Import only this many sales, the first of the file
    #[arg(long, value_name = "N")]
    pub first: Option<usize>,
    /// Currency of orders that name none, instead of the one in the mapping
    #[arg(long, value_parser = currency)]
    pub currency: Option<Currency>,
    /// Flags of every import.
    #[command(flatten)]
    pub import: ImportArgs,
}

/// `import sample`
#[derive(Debug, Args)]
pub struct ImportSampleArgs {
    /// Number of invoices to generate
    #[arg(long, default_value_t = 50, value_name = "N")]
    pub orders: usize,
    /// Seed of the generator: the same seed gives the same orders
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(0..=999))]
    pub seed: u16,
    /// Flags of every import.
    #[command(flatten)]
    pub import: ImportArgs,
}

/// What to import, before the flags of every import are added.
struct Wanted {
    origin: Origin,
    plan: Plan,
    first: Option<usize>,
    args: ImportArgs,
}

/// Imports orders, and says how it ended.
///
/// # Errors
/// When the import could not begin, or did not come to its end.
pub async fn run(variables: &Variables, verb: ImportVerb) -> Result<bool, BoxError> {
    let wanted = match verb {
        ImportVerb::OnlineRetail(args) => Wanted {
            origin: Origin::file(&args.file),
            plan: Plan::compile("online-retail", ONLINE_RETAIL, args.currency)?,
            first: args.first,
            args: args.import,
        },
        ImportVerb::Orders(args) => {
            Wanted { origin: Origin::file(&args.file), plan: read_plan(&args)?, first: args.first, args: args.import }
        }
        ImportVerb::Sample(args) => {
            let mut plan = Plan::compile("online-retail", ONLINE_RETAIL, None)?;
            plan.source = ImportSource::try_new("sample")?;
            let content = sample::orders(args.orders, args.seed).into();
            let name = format!("sample {}", args.seed).into();
            Wanted { origin: Origin::Memory { name, content }, plan, first: None, args: args.import }
        }
    };
    run_import(variables, wanted).await
}

fn read_plan(args: &OrdersArgs) -> Result<Plan, BoxError> {
    let name = args.map.display().to_string();
    let shipped = SHIPPED.iter().find(|(shipped, _)| *shipped == name);
    let text: Cow<'_, str> = if let Some((_, text)) = shipped {
        Cow::Borrowed(text)
    } else {
        let read = std::fs::read_to_string(&args.map);
        Cow::Owned(read.map_err(|error| format!("cannot read the mapping {name}: {error}"))?)
    };
    let mut plan = Plan::compile(&name, &text, args.currency)?;
    if let Some(source) = &args.source {
        plan.source = source.clone();
    }
    Ok(plan)
}

async fn run_import(variables: &Variables, wanted: Wanted) -> Result<bool, BoxError> {
    let engine = Engine::from_variables(variables, Bearer::staff(wanted.args.tenant))?.of_imports();
    let job = Job {
        origin: wanted.origin,
        plan: Arc::new(wanted.plan),
        first: wanted.first,
        choices: Choices { partial: wanted.args.partial, update: wanted.args.update },
        dry_run: wanted.args.dry_run,
        report: wanted.args.report,
        patience: Duration::from_secs(wanted.args.patience_s),
    };
    let outcome = import(job, engine, Progress::visible(), on_signal()?).await?;
    writeln!(std::io::stdout(), "{outcome}")?;
    match outcome.error {
        Some(error) => Err(error.into()),
        None if !outcome.run.complete => Err("the file has lines without a result; run the import again".into()),
        None => Ok(outcome.ledger.lines.refused == 0),
    }
}

fn currency(text: &str) -> Result<Currency, String> {
    Currency::try_new(text).map_err(|error| format!("{error}; give an ISO 4217 code such as GBP"))
}
