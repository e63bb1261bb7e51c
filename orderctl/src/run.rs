//! Executes the parsed command line.

use std::process::ExitCode;

use futures::future::LocalBoxFuture;
use service_kit::BoxError;
use service_kit::config::Variables;
use service_kit::errors::chain;

use crate::cli::{Cli, Verb};
use crate::lag::RelayVerb;
use crate::stock::StockVerb;
use crate::{
    audit, bank, demo, dlq, events, export, fulfilments, import, jobs, lag, notifications, orders, privacy, replay,
    requests, saga, sample, stats, stock, timers, token, webhooks,
};

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

/// Does what the command line asks. The future is boxed so that all it awaits is compiled here, and not once more in each program.
pub fn run(cli: Cli) -> LocalBoxFuture<'static, Ending> {
    Box::pin(end(cli))
}

async fn end(cli: Cli) -> Ending {
    let is_import = matches!(cli.verb, Verb::Import(_) | Verb::Bank(_) | Verb::Stock(StockVerb::Import(_)));
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
        Verb::Token(args) => token::print(&variables, args),
        Verb::Import(verb) => import::run(&variables, verb).await,
        Verb::Sample(args) => sample::write(&args),
        Verb::Events(args) => events::print(&variables, &args).await,
        Verb::Demo(args) => demo::walk(&variables, &args).await,
        Verb::Bank(verb) => bank::run(&variables, &verb).await,
        Verb::Stock(verb) => stock::run(&variables, &verb).await,
        Verb::Fulfilments(verb) => fulfilments::run(&variables, &verb).await,
        Verb::Saga(verb) => saga::run(&variables, &verb).await,
        Verb::Notifications(args) => notifications::print(&variables, &args).await,
        Verb::Webhooks(verb) => webhooks::run(&variables, &verb).await,
        Verb::Tasks(verb) => saga::tasks::run(&variables, &verb).await,
        Verb::Orders(args) => orders::newest(&variables, &args).await,
        Verb::Lag(args) => lag::print(&variables, args.json).await,
        Verb::Relay(RelayVerb::Status(args)) => lag::print_relay(&variables, args.json).await,
        Verb::Audit(args) => audit::print(&variables, &args).await,
        Verb::Dlq(verb) => dlq::run(&variables, &verb).await,
        Verb::Requests(verb) => requests::run(&variables, &verb).await,
        Verb::Jobs(args) => jobs::run(&variables, &args).await,
        Verb::Timers(args) => timers::print(&variables, args.json).await,
        Verb::Privacy(verb) => privacy::run(&variables, &verb).await,
        Verb::Replay(verb) => replay::run(&variables, &verb).await,
        Verb::Stats(args) => stats::print(&variables, &args).await,
        Verb::Export(args) => export::run(&variables, args).await,
    }
}
