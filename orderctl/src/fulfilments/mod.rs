//! What locations have to send, as GraphQL shows it: their packing queues, and pick lists.
//!
//! Guarantees: shows nothing that the read models do not have. Prints no personal data.

mod picklist;

use std::io::Write;

use clap::{Args, Subcommand, ValueEnum};
use domain::{LocationId, TenantId};
use serde_json::{Value, json};
use service_kit::BoxError;
use service_kit::config::Variables;

use self::picklist::PickList;
use crate::args::DEFAULT_TENANT;
use crate::engine::{Bearer, Engine};
use crate::orders::ask;
use crate::stock::text;

/// `fulfilments …`
#[derive(Debug, Subcommand)]
pub enum FulfilmentsVerb {
    /// List what a location has to accept, pick, pack or ship, the oldest first
    #[command(
        after_help = "Examples:\n  orderctl fulfilments queue --location zrh-1\n  orderctl fulfilments queue --location zrh-1 --waits-for to-ship --json"
    )]
    Queue(QueueArgs),
    /// List what has to be fetched for the queue of a location: pieces of each SKU, and which order gets how many
    #[command(
        after_help = "Examples:\n  orderctl fulfilments picklist --location zrh-1\n  orderctl fulfilments picklist --location zrh-1 --waits-for to-accept"
    )]
    Picklist(PicklistArgs),
}

/// `fulfilments queue`
#[derive(Debug, Args)]
pub struct QueueArgs {
    /// The location's code
    #[arg(long)]
    pub location: LocationId,
    /// Only what waits for this
    #[arg(long, value_enum)]
    pub waits_for: Option<Step>,
    /// Number of fulfilments to show
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u8).range(1..=100))]
    pub first: u8,
    /// The tenant
    #[arg(long, default_value = DEFAULT_TENANT)]
    pub tenant: TenantId,
    /// Print JSON instead of text
    #[arg(long)]
    pub json: bool,
}

/// `fulfilments picklist`
#[derive(Debug, Args)]
pub struct PicklistArgs {
    /// The location's code
    #[arg(long)]
    pub location: LocationId,
    /// What the fulfilments wait for that are to be picked
    #[arg(long, value_enum, default_value_t = Step::ToPick)]
    pub waits_for: Step,
    /// The tenant
    #[arg(long, default_value = DEFAULT_TENANT)]
    pub tenant: TenantId,
    /// Print JSON instead of text
    #[arg(long)]
    pub json: bool,
}

/// What a fulfilment waits for at its location.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Step {
    /// The location has to say whether it will send it
    ToAccept,
    /// The location has to fetch its goods, or to pack them at once
    ToPick,
    /// Its goods were fetched, and have to be packed
    ToPack,
    /// It is packed, and not paid or held
    AwaitsRelease,
    /// It is packed and may leave
    ToShip,
}

impl Step {
    /// As GraphQL names it.
    const fn as_str(self) -> &'static str {
        match self {
            Self::ToAccept => "TO_ACCEPT",
            Self::ToPick => "TO_PICK",
            Self::ToPack => "TO_PACK",
            Self::AwaitsRelease => "AWAITS_RELEASE",
            Self::ToShip => "TO_SHIP",
        }
    }
}

/// Most fulfilments that are asked for at once.
const PAGE: u8 = 100;
/// Most of the fulfilments of a pick list. Nobody fetches more at a time, and it bounds what is read.
const PICKED_MAX: usize = 1_000;
const QUEUE: &str = "query Queue($location: ID!, $waitsFor: PackingStep, $first: Int!, $after: String) { \
    packingQueue(location: $location, waitsFor: $waitsFor, first: $first, after: $after) { \
    pageInfo { hasNextPage endCursor } \
    nodes { fulfilmentId orderId state waitsFor released requestedAt version lines { sku quantity } } } }";

/// Does what `fulfilments` asks.
///
/// # Errors
/// When the engine refuses the query or does not answer.
pub async fn run(variables: &Variables, verb: &FulfilmentsVerb) -> Result<bool, BoxError> {
    match verb {
        FulfilmentsVerb::Queue(args) => queue(variables, args).await,
        FulfilmentsVerb::Picklist(args) => picklist(variables, args).await,
    }
}

async fn queue(variables: &Variables, args: &QueueArgs) -> Result<bool, BoxError> {
    let engine = Engine::from_variables(variables, Bearer::staff(args.tenant.clone()))?;
    let given = json!({
        "location": args.location.as_str(), "waitsFor": args.waits_for.map(Step::as_str), "first": args.first
    });
    let data = ask(&engine, QUEUE, given, None).await?;
    let (list, mut out) = (&data["packingQueue"], std::io::stdout());
    if args.json {
        writeln!(out, "{}", list["nodes"])?;
        return Ok(true);
    }
    let fulfilments = list["nodes"].as_array().map(Vec::as_slice).unwrap_or_default();
    write_queue(&mut out, fulfilments)?;
    let more = if list["pageInfo"]["hasNextPage"] == true { ", and there are more" } else { "" };
    writeln!(out, "{} in the queue of {}{more}", fulfilments.len(), args.location)?;
    Ok(true)
}

fn write_queue(out: &mut impl Write, fulfilments: &[Value]) -> std::io::Result<()> {
    writeln!(out, "{:<36} {:<36} {:<14} {:<28} pieces", "fulfilment", "order", "waits for", "asked for at")?;
    for one in fulfilments {
        let lines = one["lines"].as_array().into_iter().flatten();
        let pieces: Vec<String> =
            lines.map(|line| format!("{} {}", text(&line["quantity"]), text(&line["sku"]))).collect();
        writeln!(
            out,
            "{:<36} {:<36} {:<14} {:<28} {}",
            text(&one["fulfilmentId"]),
            text(&one["orderId"]),
            text(&one["waitsFor"]),
            text(&one["requestedAt"]),
            pieces.join(", "),
        )?;
    }
    Ok(())
}

async fn picklist(variables: &Variables, args: &PicklistArgs) -> Result<bool, BoxError> {
    let engine = Engine::from_variables(variables, Bearer::staff(args.tenant.clone()))?;
    let (mut list, mut after) = (PickList::default(), Value::Null);
    let more = loop {
        let given = json!({
            "location": args.location.as_str(), "waitsFor": args.waits_for.as_str(), "first": PAGE, "after": after
        });
        let mut data = ask(&engine, QUEUE, given, None).await?;
        let page = &mut data["packingQueue"];
        list.add(page["nodes"].as_array().map(Vec::as_slice).unwrap_or_default());
        let more = page["pageInfo"]["hasNextPage"] == true;
        if !more || list.fulfilments() >= PICKED_MAX {
            break more;
        }
        after = page["pageInfo"]["endCursor"].take();
    };
    let mut out = std::io::stdout();
    if args.json {
        writeln!(out, "{}", list.to_json())?;
        return Ok(true);
    }
    list.write(&mut out)?;
    let more = if more { ", and there are more" } else { "" };
    writeln!(out, "{} of {}, the oldest first{more}", list.summary(), args.location)?;
    Ok(true)
}
