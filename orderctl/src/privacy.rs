//! `orderctl privacy`: erases personal data at the request of the person it is about.

use std::io::{BufRead, IsTerminal, Write};

use clap::{Args, Subcommand};
use domain::{SubjectId, TenantId};
use service_kit::BoxError;
use service_kit::config::Variables;

use crate::args::DEFAULT_TENANT;
use crate::engine::{Bearer, Engine};

/// `privacy …`
#[derive(Debug, Subcommand)]
pub enum PrivacyVerb {
    /// Erase a customer's personal data for good
    #[command(after_help = ERASE_HELP)]
    Erase(EraseArgs),
}

const ERASE_HELP: &str = "\
Destroys the key with which names, addresses, phone numbers and email addresses are encrypted. This makes every copy unreadable,
except with a backup of the key database (see docs/runbook.md). Then records SubjectErased in each order of the subject. Can be
interrupted and repeated at any time: it goes on where it stopped. The data cannot be restored.

Examples:
  orderctl privacy erase customer:17850
  orderctl privacy erase order:0191f2c4-7c00-7abc-8def-0123456789ab --yes";

/// `privacy erase`
#[derive(Debug, Args)]
pub struct EraseArgs {
    /// The person whose data is erased: `customer:` and the customer's id, or `order:` and the id of an order without a customer
    #[arg(value_parser = subject)]
    pub subject: SubjectId,
    /// The tenant
    #[arg(long, default_value = DEFAULT_TENANT)]
    pub tenant: TenantId,
    /// Do not ask for confirmation
    #[arg(long)]
    pub yes: bool,
}

fn subject(text: &str) -> Result<SubjectId, String> {
    let is_subject =
        text.strip_prefix("customer:").or_else(|| text.strip_prefix("order:")).is_some_and(|id| !id.is_empty());
    match SubjectId::try_new(text) {
        Ok(subject) if is_subject => Ok(subject),
        _ => Err("give customer: and a customer's id, or order: and an order's id".to_owned()),
    }
}

/// What the engine answers.
#[derive(serde::Deserialize)]
struct Erasure {
    orders: u64,
    remaining: bool,
}

/// Does what was asked; `false` when it was not confirmed.
///
/// # Errors
/// When the engine refuses or cannot be reached. The data may be erased all the same; a repeat finishes it.
pub async fn run(variables: &Variables, verb: &PrivacyVerb) -> Result<bool, BoxError> {
    let PrivacyVerb::Erase(args) = verb;
    if !args.yes && !confirmed(args)? {
        writeln!(std::io::stdout(), "Nothing was erased.")?;
        return Ok(false);
    }
    let engine = Engine::from_variables(variables, Bearer::staff(args.tenant.clone()))?;
    let mut orders = 0;
    loop {
        let erasure = request(&engine, &args.subject).await?;
        orders += erasure.orders;
        if !erasure.remaining {
            break;
        }
        eprintln!("  the data is erased; {orders} orders say so, more are left");
    }
    writeln!(std::io::stdout(), "{} is erased; recorded in {orders} orders.", args.subject)?;
    Ok(true)
}

fn confirmed(args: &EraseArgs) -> Result<bool, BoxError> {
    if !std::io::stdin().is_terminal() {
        return Err("this cannot be undone; say --yes where nobody can be asked".into());
    }
    eprint!("Erase the personal data of {} in {} for good? It cannot be undone. [y/N] ", args.subject, args.tenant);
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

async fn request(engine: &Engine, subject: &SubjectId) -> Result<Erasure, BoxError> {
    let mut url = reqwest::Url::parse(&engine.url)?;
    let mut segments = url.path_segments_mut().map_err(|()| "ENGINE_URL is no base address")?;
    segments.extend(["v1", "privacy", "subjects", subject.as_str(), "erase"]);
    drop(segments);
    let answer = engine.http.post(url).bearer_auth(engine.token()?).send().await?;
    let status = answer.status();
    let body: serde_json::Value = answer.json().await.unwrap_or_default();
    if !status.is_success() {
        let detail = body["detail"].as_str().unwrap_or("the engine gave no reason");
        return Err(format!("the engine refused with {status}: {detail}").into());
    }
    Ok(serde_json::from_value(body)?)
}
