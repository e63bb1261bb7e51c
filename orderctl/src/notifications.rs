//! What customers and merchants were told of an order, as the engine shows it by HTTP.

use std::io::Write;

use clap::Args;
use domain::{OrderId, TenantId};
use serde_json::Value;
use service_kit::BoxError;
use service_kit::config::Variables;

use crate::args::DEFAULT_TENANT;
use crate::engine::{Bearer, Engine};
use crate::orders::read;
use crate::stock::text;

/// `notifications`
#[derive(Debug, Args)]
pub struct NotificationsArgs {
    /// The order's id
    pub order: OrderId,
    /// The tenant
    #[arg(long, default_value = DEFAULT_TENANT)]
    pub tenant: TenantId,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Prints what was told of an order, the newest first.
///
/// # Errors
/// When the engine refuses it or does not answer.
pub async fn print(variables: &Variables, args: &NotificationsArgs) -> Result<bool, BoxError> {
    let NotificationsArgs { order, tenant, json: as_json } = args;
    let engine = Engine::from_variables(variables, Bearer::staff(tenant.clone()))?;
    let found: Value = read(&engine, &format!("/v1/orders/{order}/notifications")).await?.json().await?;
    let mut out = std::io::stdout();
    if *as_json {
        writeln!(out, "{found}")?;
        return Ok(true);
    }
    let told = found.as_array().map(Vec::as_slice).unwrap_or_default();
    for one in told {
        writeln!(
            out,
            "{}  {}  {:<24} {:<8} {:<16} {:>3} attempts",
            text(&one["occurredAt"]),
            text(&one["id"]),
            text(&one["kind"]),
            text(&one["channel"]),
            text(&one["status"]),
            text(&one["attempts"]),
        )?;
    }
    writeln!(out, "{} notifications of order {order}", told.len())?;
    Ok(true)
}
