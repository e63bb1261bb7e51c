//! Dry runs of every command.

use axum::extract::{FromRequest, Request, State};
use serde::de::DeserializeOwned;

use super::AppState;
use super::answer::Previewed;
use super::body::{
    AddressBody, CancellationBody, DryRunLineChange, DryRunLineRemoval, NewOrder, NewOrderLine, PlacementBody,
};
use super::caller::Unkeyed;
use super::json::{JsonBody, OptionalJsonBody};
use super::path::DryRunPath;
use crate::commands::{Code, DryRun, Preview, Refusal};

/// The commands that have a dry run.
pub(super) const COMMANDS: [&str; 8] =
    ["create", "add-line", "change-line-quantity", "remove-line", "set-address", "place", "cancel", "discard"];

/// Dry-run a command
///
/// Answers the events that the command would store now, or the refusal that it would get. Nothing is stored. `command`
/// is one of `create`, `add-line`, `change-line-quantity`, `remove-line`, `set-address`, `place`, `cancel` and
/// `discard`.
#[utoipa::path(post, path = "/v1/orders/{id}/validate/{command}", tag = "orders",
    request_body(content = Option<serde_json::Value>, description = "The body of the command; `change-line-quantity` and \
        `remove-line` take `lineId` in it. `place` and `discard` need none."),
    responses((status = 200, description = "What the command would do.", body = Preview)))]
pub(super) async fn validate_command(
    State(state): State<AppState>,
    Unkeyed(caller): Unkeyed,
    DryRunPath(order, command): DryRunPath,
    request: Request,
) -> Result<Previewed, Refusal> {
    let dry_run = match command.as_str() {
        "create" => DryRun::CreateDraft(body::<NewOrder>(request).await?.check()?),
        "add-line" => DryRun::AddLine(body::<NewOrderLine>(request).await?.check()?),
        "change-line-quantity" => DryRun::ChangeLineQuantity(body::<DryRunLineChange>(request).await?.check()?),
        "remove-line" => DryRun::RemoveLine(body::<DryRunLineRemoval>(request).await?.check()?),
        "set-address" => DryRun::SetAddress(body::<AddressBody>(request).await?.check()?),
        "place" => {
            let OptionalJsonBody(body) = OptionalJsonBody::<PlacementBody>::from_request(request, &()).await?;
            DryRun::Place(body.check()?)
        }
        "cancel" => DryRun::Cancel(body::<CancellationBody>(request).await?.check()?),
        "discard" => DryRun::Discard,
        _ => return Err(Refusal::new(Code::CommandUnknown, "see the description of this path for the commands")),
    };
    state.commands.validate(&caller, order, &dry_run).await.map(Previewed)
}

async fn body<T: DeserializeOwned>(request: Request) -> Result<T, Refusal> {
    JsonBody::from_request(request, &()).await.map(|JsonBody(body)| body)
}
