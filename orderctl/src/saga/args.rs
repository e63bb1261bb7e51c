//! The flags of `saga` and `tasks`.

use clap::{Args, Subcommand, ValueEnum};
use domain::order_saga::{Asked, TaskDecision, TaskKind};
use domain::{FulfilmentId, LocationId, Operator, OrderId, Reason, Sku, TenantId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::args::DEFAULT_TENANT;

/// `saga …`
#[derive(Debug, Subcommand)]
pub enum SagaVerb {
    /// List sagas: first those whose tasks are escalated first, then those that have not changed for longest
    #[command(
        after_help = "Examples:\n  orderctl saga list\n  orderctl saga list --task\n  orderctl saga list --state undoing --json"
    )]
    List(ListArgs),
    /// Show the steps of an order's saga as of now, why it waits, and what comes next
    Show(ShowArgs),
    /// Ask everything that has no answer yet again, and look for stock again where the order waits for some
    Retry(OfOrder),
    /// Wait no longer for the answer to a request: one to reserve, to pay or to fulfil counts as refused, one that undoes as done
    #[command(
        after_help = "Example:\n  orderctl saga skip 0191f2c4-… RELEASE --reason \"the warehouse confirmed by telephone\""
    )]
    Skip(SkipArgs),
    /// Send otherwise what has not left: by another location, split among several, or together
    #[command(
        after_help = "Examples:\n  orderctl saga rearrange 0191f2c4-… --fulfilment 5d8b97d2-… --share bsl-1=85123A,22423\n  \
                      orderctl saga rearrange 0191f2c4-… --fulfilment 5d8b97d2-… --share zrh-1=85123A --share bsl-1=22423"
    )]
    Rearrange(RearrangeArgs),
    /// Undo an order: fulfilment, payment, stock, and then the order
    #[command(visible_alias = "compensate")]
    Undo(OfOrder),
    /// Give the task of an order to somebody
    #[command(after_help = "Example:\n  orderctl saga reassign 0191f2c4-… ann")]
    Reassign(ReassignArgs),
    /// Show the flow of sagas and, with an order, where its saga stands in it
    #[command(
        after_help = "Examples:\n  orderctl saga graph\n  orderctl saga graph 0191f2c4-… --format mermaid >flow.mmd"
    )]
    Graph(GraphArgs),
}

/// `tasks …`
#[derive(Debug, Subcommand)]
pub enum TasksVerb {
    /// List what only people can decide, the first to be escalated first
    List(TasksArgs),
    /// Take the task of an order, or give it to somebody
    Take(TakeArgs),
    /// Decide the task of an order
    #[command(after_help = "Example:\n  orderctl tasks decide 0191f2c4-… REVIEW approve --note \"known customer\"")]
    Decide(DecideArgs),
}

/// The state of a saga.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum State {
    /// Works towards the delivery
    Running,
    /// Is being undone
    Undoing,
    /// Has come to its end
    Ended,
}

impl State {
    /// As GraphQL writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Undoing => "UNDOING",
            Self::Ended => "ENDED",
        }
    }
}

/// `saga list`
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only sagas that wait for a person
    #[arg(long)]
    pub task: bool,
    /// Only sagas in this state
    #[arg(long)]
    pub state: Option<State>,
    /// How many.
    #[command(flatten)]
    pub page: TasksArgs,
}

/// `tasks list`
#[derive(Debug, Args)]
pub struct TasksArgs {
    /// Number of orders to show
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u8).range(1..=100))]
    pub first: u8,
    /// The tenant
    #[arg(long, default_value = DEFAULT_TENANT)]
    pub tenant: TenantId,
    /// Print JSON instead of text
    #[arg(long)]
    pub json: bool,
}

/// An order of a tenant.
#[derive(Debug, Args)]
pub struct OfOrder {
    /// The order's id
    pub order: OrderId,
    /// The tenant
    #[arg(long, default_value = DEFAULT_TENANT)]
    pub tenant: TenantId,
}

/// `saga show`
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Whose.
    #[command(flatten)]
    pub of: OfOrder,
    /// Print JSON instead of text
    #[arg(long)]
    pub json: bool,
}

/// `saga reassign`
#[derive(Debug, Args)]
pub struct ReassignArgs {
    /// Whose.
    #[command(flatten)]
    pub of: OfOrder,
    /// The subject of the tokens of whoever is to decide it
    #[arg(value_name = "SUBJECT", value_parser = operator)]
    pub assignee: Operator,
}

/// How a graph is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// Lines for people
    Text,
    /// A flowchart in Mermaid's language, as Markdown viewers draw it
    Mermaid,
}

/// `saga graph`
#[derive(Debug, Args)]
pub struct GraphArgs {
    /// The order's id; without it, the flow of new sagas
    pub order: Option<OrderId>,
    /// The tenant
    #[arg(long, default_value = DEFAULT_TENANT)]
    pub tenant: TenantId,
    #[arg(long, value_enum, default_value_t = GraphFormat::Text)]
    pub format: GraphFormat,
}

/// `saga skip`
#[derive(Debug, Args)]
pub struct SkipArgs {
    /// Whose.
    #[command(flatten)]
    pub of: OfOrder,
    /// The request, as `saga show` names it, such as RELEASE
    #[arg(value_parser = symbol::<Asked>)]
    pub step: Asked,
    /// Why, without personal data: it is published
    #[arg(long, value_parser = reason)]
    pub reason: Reason,
}

/// `saga rearrange`
#[derive(Debug, Args)]
pub struct RearrangeArgs {
    /// Whose.
    #[command(flatten)]
    pub of: OfOrder,
    /// A fulfilment that has not left, as `saga show` names it; may be repeated
    #[arg(long = "fulfilment", value_name = "ID", required = true)]
    pub fulfilments: Vec<FulfilmentId>,
    /// A location, and the products that it is to send, separated by commas; may be repeated
    #[arg(long = "share", value_name = "LOCATION=SKU,…", required = true, value_parser = share)]
    pub shares: Vec<ShareArg>,
}

/// What a location is to send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShareArg {
    pub location: LocationId,
    pub skus: Vec<Sku>,
}

/// `tasks take`
#[derive(Debug, Args)]
pub struct TakeArgs {
    /// Whose.
    #[command(flatten)]
    pub of: OfOrder,
    /// The subject of the tokens of whoever is to decide it; without it, yourself
    #[arg(long, value_name = "SUBJECT", value_parser = operator)]
    pub assignee: Option<Operator>,
}

/// `tasks decide`
#[derive(Debug, Args)]
pub struct DecideArgs {
    /// Whose.
    #[command(flatten)]
    pub of: OfOrder,
    /// The task that you have seen, such as REVIEW, so that you decide no other one
    #[arg(value_parser = symbol::<TaskKind>)]
    pub task: TaskKind,
    /// approve (of a review only), continue, undo or send-again (of lost goods only)
    #[arg(value_parser = symbol::<TaskDecision>)]
    pub decision: TaskDecision,
    /// Why, without personal data: it is published
    #[arg(long, value_parser = reason)]
    pub note: Option<Reason>,
}

/// A symbol of the domain, in capitals or not.
fn symbol<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let written = text.to_uppercase().replace('-', "_");
    serde_json::from_value(Value::String(written)).map_err(|error| error.to_string())
}

fn reason(text: &str) -> Result<Reason, String> {
    Reason::try_new(text).map_err(|error| error.to_string())
}

fn share(text: &str) -> Result<ShareArg, String> {
    let (location, skus) = text.split_once('=').ok_or("give a location and its products, as in zrh-1=85123A,22423")?;
    let location = LocationId::try_new(location).map_err(|error| error.to_string())?;
    let skus = skus.split(',').map(|sku| Sku::try_new(sku).map_err(|error| error.to_string()));
    Ok(ShareArg { location, skus: skus.collect::<Result<_, _>>()? })
}

fn operator(text: &str) -> Result<Operator, String> {
    Operator::try_new(text).map_err(|error| error.to_string())
}
