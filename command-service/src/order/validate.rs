//! Dry runs of every command: the command's own run, with nothing stored.

use std::sync::Arc;

use axum::extract::{Request, State};
use command_kit::http::Unkeyed;
use command_kit::{Caller, Refusal, code};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::DryRunPath;
use super::preview::Preview;
use super::{AppState, COMMANDS, Orders, Outcome};

/// The endpoint of the dry runs.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(validate_command))
}

/// Dry-run a command
///
/// Answers the events that the command would store now, or the refusal that it would get. Nothing is stored.
#[utoipa::path(post, path = "/v1/orders/{id}/validate/{command}", tag = "orders",
    request_body(content = Option<serde_json::Value>),
    responses((status = 200, description = "What the command would do.", body = Preview)))]
async fn validate_command(
    State(orders): State<Arc<Orders>>,
    Unkeyed(caller): Unkeyed,
    DryRunPath(order, name): DryRunPath,
    request: Request,
) -> Result<Outcome, Refusal> {
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        return Err(Refusal::new(code::COMMAND_UNKNOWN, "see the description of this path for the commands"));
    };
    (command.dry_run)(orders, Caller { is_dry_run: true, ..caller }, order, request).await
}
