//! Webhooks: where they go, what went there, and sending one again; as the engine shows it by HTTP.

use std::io::Write;

use clap::{Args, Subcommand};
use domain::{NotificationId, TenantId, WebhookEndpointId};
use reqwest::Method;
use serde_json::{Value, json};
use service_kit::BoxError;
use service_kit::config::Variables;

use crate::args::DEFAULT_TENANT;
use crate::engine::{Bearer, Engine};
use crate::orders::{read, send};
use crate::stock::text;

/// What is done with webhooks.
#[derive(Debug, Subcommand)]
pub enum WebhooksVerb {
    /// List the endpoints, or what went to one of them
    List(ListArgs),
    /// Show a webhook with every attempt
    Show(ShowArgs),
    /// Send a webhook again, under its own id
    Replay(ReplayArgs),
}

/// Whose endpoints.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// The endpoint whose webhooks are listed, the newest first; without it the endpoints are
    #[arg(long)]
    endpoint: Option<WebhookEndpointId>,
    /// The tenant
    #[arg(long, default_value = DEFAULT_TENANT)]
    tenant: TenantId,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The webhook to show.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Its id, which receivers have as `webhook-id`
    id: NotificationId,
    /// The tenant
    #[arg(long, default_value = DEFAULT_TENANT)]
    tenant: TenantId,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The webhook to send again.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// Its id, which receivers have as `webhook-id`
    id: NotificationId,
    /// The tenant
    #[arg(long, default_value = DEFAULT_TENANT)]
    tenant: TenantId,
}

/// Does what `webhooks` asks.
///
/// # Errors
/// When the engine refuses it or does not answer.
pub async fn run(variables: &Variables, verb: &WebhooksVerb) -> Result<bool, BoxError> {
    match verb {
        WebhooksVerb::List(args) => list(variables, args).await,
        WebhooksVerb::Show(args) => show(variables, args).await,
        WebhooksVerb::Replay(args) => replay(variables, args).await,
    }
}

async fn list(variables: &Variables, args: &ListArgs) -> Result<bool, BoxError> {
    let ListArgs { endpoint, tenant, json: as_json } = args;
    let engine = Engine::from_variables(variables, Bearer::staff(tenant.clone()))?;
    let path = match endpoint {
        Some(endpoint) => format!("/v1/webhook-endpoints/{endpoint}/deliveries"),
        None => "/v1/webhook-endpoints".to_owned(),
    };
    let found: Value = read(&engine, &path).await?.json().await?;
    let mut out = std::io::stdout();
    if *as_json {
        writeln!(out, "{found}")?;
        return Ok(true);
    }
    for one in found.as_array().into_iter().flatten() {
        if endpoint.is_some() {
            let (id, kind, status) = (text(&one["id"]), text(&one["kind"]), text(&one["status"]));
            let (attempts, at) = (text(&one["attempts"]), text(&one["occurredAt"]));
            writeln!(out, "{id}  {kind:<24} {status:<10} {attempts:>3} attempts  {at}")?;
        } else {
            let state = if one["enabled"] == true { "on" } else { "off" };
            writeln!(out, "{}  {state:<3} {}  {}", text(&one["id"]), text(&one["url"]), one["kinds"])?;
        }
    }
    Ok(true)
}

async fn show(variables: &Variables, args: &ShowArgs) -> Result<bool, BoxError> {
    let ShowArgs { id, tenant, json: as_json } = args;
    let engine = Engine::from_variables(variables, Bearer::staff(tenant.clone()))?;
    let shown: Value = read(&engine, &format!("/v1/notifications/{id}")).await?.json().await?;
    let mut out = std::io::stdout();
    if *as_json {
        writeln!(out, "{shown}")?;
        return Ok(true);
    }
    let (kind, channel, status) = (text(&shown["kind"]), text(&shown["channel"]), text(&shown["status"]));
    writeln!(out, "{id}: {kind} of order {} by {channel}: {status}", text(&shown["orderId"]))?;
    for one in shown["log"].as_array().into_iter().flatten() {
        let (at, event, attempt) = (text(&one["at"]), text(&one["event"]), text(&one["attempt"]));
        writeln!(out, "  {at}  {event:<22} {attempt:>3}  {}", text(&one["detail"]))?;
    }
    Ok(true)
}

async fn replay(variables: &Variables, args: &ReplayArgs) -> Result<bool, BoxError> {
    let ReplayArgs { id, tenant } = args;
    let engine = Engine::from_variables(variables, Bearer::staff(tenant.clone()))?;
    let path = format!("/v1/notifications/{id}/resend");
    let after: Value = send(&engine, Method::POST, &path, &json!({}), None).await?.json().await?;
    writeln!(std::io::stdout(), "{id}: to be sent again, {}", text(&after["status"]))?;
    Ok(true)
}
