//! Executes the parsed command line.

use std::borrow::Cow;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use domain::TenantId;
use service_kit::BoxError;
use service_kit::auth::Role;
use service_kit::config::Variables;
use service_kit::errors::chain;
use service_kit::shutdown::on_signal;

use crate::cli::{Cli, ImportArgs, ImportVerb, OrdersArgs, RelayVerb, SampleArgs, TokenArgs, Verb};
use crate::engine::{Bearer, Engine, Tokens};
use crate::import::input::Origin;
use crate::import::map::{ONLINE_RETAIL, Plan, SHIPPED};
use crate::import::progress::Progress;
use crate::import::{Choices, Job, import};
use crate::{audit, demo, dlq, events, export, lag, orders, privacy, replay, sample, stats};

/// The exit code of an import that did not finish.
const UNFINISHED: u8 = 3;

/// How a command ended.
#[derive(Debug)]
pub enum Ending {
    /// As it should.
    Well,
    /// It ran, and found what should not be; it has said what.
    Found,
    /// It could not run to its end.
    Failed(BoxError),
    /// An import that did not come to its end, or did not begin.
    Unfinished(BoxError),
}

impl Ending {
    /// Says what failed, and gives the exit code.
    pub fn report(self) -> ExitCode {
        match self {
            Self::Well => ExitCode::SUCCESS,
            Self::Found => ExitCode::FAILURE,
            // `orderctl … | head` closes the pipe early, which is no failure of anybody's.
            Self::Failed(error) if is_broken_pipe(error.as_ref()) => ExitCode::SUCCESS,
            Self::Failed(error) => {
                eprintln!("orderctl: {}", chain(error.as_ref()));
                ExitCode::FAILURE
            }
            Self::Unfinished(error) => {
                eprintln!("orderctl: {}", chain(error.as_ref()));
                ExitCode::from(UNFINISHED)
            }
        }
    }
}

fn is_broken_pipe(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

/// Does what the command line asks.
pub async fn run(cli: Cli) -> Ending {
    let is_import = matches!(cli.verb, Verb::Import(_));
    match dispatch(cli).await {
        Ok(true) => Ending::Well,
        Ok(false) => Ending::Found,
        Err(error) if is_import => Ending::Unfinished(error),
        Err(error) => Ending::Failed(error),
    }
}

/// `false` when something was found that should not be.
async fn dispatch(cli: Cli) -> Result<bool, BoxError> {
    let variables = Variables::load()?;
    match cli.verb {
        Verb::Token(args) => token(&variables, args),
        Verb::Import(verb) => import_verb(&variables, verb).await,
        Verb::Sample(args) => write_sample(&args),
        Verb::Events(args) => events::print(&variables, &args).await,
        Verb::Demo(args) => demo::walk(&variables, &args).await,
        Verb::Orders(args) => orders::newest(&variables, &args).await,
        Verb::Lag(args) => lag::print(&variables, args.json).await,
        Verb::Relay(RelayVerb::Status(args)) => lag::print_relay(&variables, args.json).await,
        Verb::Audit(args) => audit::print(&variables, &args).await,
        Verb::Dlq(verb) => dlq::run(&variables, &verb).await,
        Verb::Privacy(verb) => privacy::run(&variables, &verb).await,
        Verb::Replay(verb) => replay::run(&variables, &verb).await,
        Verb::Stats(args) => stats::print(&variables, &args).await,
        Verb::Export(args) => export::run(&variables, args).await,
    }
}

fn token(variables: &Variables, args: TokenArgs) -> Result<bool, BoxError> {
    let bearer = Bearer { role: args.role, tenant: args.tenant, customer: args.customer };
    let token = Tokens::from_variables(variables)?.token(&bearer, args.lifetime_s)?;
    writeln!(std::io::stdout(), "{token}")?;
    Ok(true)
}

fn write_sample(args: &SampleArgs) -> Result<bool, BoxError> {
    std::io::stdout().write_all(&sample::lines(args.lines, args.seed))?;
    Ok(true)
}

/// What to import, before the flags of every import are added.
struct Wanted {
    origin: Origin,
    plan: Plan,
    first: Option<usize>,
    args: ImportArgs,
}

async fn import_verb(variables: &Variables, verb: ImportVerb) -> Result<bool, BoxError> {
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
            plan.source = domain::ImportSource::try_new("sample")?;
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

/// The subject of the tokens with which staff work is done.
pub fn staff(tenant: TenantId) -> Bearer {
    Bearer { role: Role::Admin, tenant, customer: None }
}

async fn run_import(variables: &Variables, wanted: Wanted) -> Result<bool, BoxError> {
    let engine = Engine::from_variables(variables, staff(wanted.args.tenant))?;
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
