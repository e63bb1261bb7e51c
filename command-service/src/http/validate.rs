//! Dry runs of every command.

use axum::extract::{FromRequest, Request, State};
use serde::de::DeserializeOwned;

use super::AppState;
use super::answer::Previewed;
use super::body::{
    AddressBody, CancellationBody, NewOrder, NewOrderLine, PlacementBody, TriedLineChange, TriedLineRemoval,
};
use super::caller::Unkeyed;
use super::json::{JsonBody, OptionalJsonBody};
use super::path::TrialPath;
use crate::commands::{Code, Preview, Refusal, Trial};

/// The commands that can be tried.
pub(super) const COMMANDS: [&str; 8] =
    ["create", "add-line", "change-line-quantity", "remove-line", "set-address", "place", "cancel", "discard"];

/// Try a command without doing it
///
/// Answers the events that the command would store now, or the refusal that it would meet. Nothing is stored. `command` is
/// one of `create`, `add-line`, `change-line-quantity`, `remove-line`, `set-address`, `place`, `cancel` and `discard`.
#[utoipa::path(post, path = "/v1/orders/{id}/validate/{command}", tag = "orders",
    request_body(content = Option<serde_json::Value>, description = "The body of the command; `change-line-quantity` and \
        `remove-line` take `lineId` in it. `place` and `discard` need none."),
    responses((status = 200, description = "What the command would do.", body = Preview)))]
pub(super) async fn validate_command(
    State(state): State<AppState>,
    Unkeyed(caller): Unkeyed,
    TrialPath(order, command): TrialPath,
    request: Request,
) -> Result<Previewed, Refusal> {
    let trial = match command.as_str() {
        "create" => Trial::CreateDraft(body::<NewOrder>(request).await?.check()?),
        "add-line" => Trial::AddLine(body::<NewOrderLine>(request).await?.check()?),
        "change-line-quantity" => Trial::ChangeLineQuantity(body::<TriedLineChange>(request).await?.check()?),
        "remove-line" => Trial::RemoveLine(body::<TriedLineRemoval>(request).await?.check()?),
        "set-address" => Trial::SetAddress(body::<AddressBody>(request).await?.check()?),
        "place" => {
            let OptionalJsonBody(body) = OptionalJsonBody::<PlacementBody>::from_request(request, &()).await?;
            Trial::Place(body.check()?)
        }
        "cancel" => Trial::Cancel(body::<CancellationBody>(request).await?.check()?),
        "discard" => Trial::Discard,
        _ => return Err(Refusal::new(Code::CommandUnknown, "see the description of this path for the commands")),
    };
    state.commands.validate(&caller, order, &trial).await.map(Previewed)
}

async fn body<T: DeserializeOwned>(request: Request) -> Result<T, Refusal> {
    JsonBody::from_request(request, &()).await.map(|JsonBody(body)| body)
}
