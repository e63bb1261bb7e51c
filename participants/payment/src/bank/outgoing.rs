//! Money that people have to send.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use command_kit::http::{Keyed, Unkeyed};
use command_kit::{Caller, Refusal, hyphenated_uuid};
use domain::Scope;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::{OutgoingTransferPage, OutgoingTransferView};
use super::{PAGE_MAX, next_of, require};
use crate::code::{TRANSFER_NOT_FOUND, of_table};
use crate::context::{AppState, Payments};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(list_outgoing_transfers)).routes(routes!(finish_outgoing_transfer))
}

/// Which transfers are wanted.
#[derive(Deserialize)]
struct Wanted {
    after: Option<String>,
}

impl Payments {
    async fn outgoing_transfers(&self, caller: &Caller, wanted: &Wanted) -> Result<OutgoingTransferPage, Refusal> {
        require(caller, Scope::PAYMENTS_REFUND)?;
        let after = wanted.after.as_deref().map(|id| hyphenated_uuid(id).ok_or_else(not_found)).transpose()?;
        let found = self.bank.outgoing(&caller.principal.tenant, after, PAGE_MAX.into()).await;
        let found = found.map_err(of_table)?.ok_or_else(not_found)?;
        let next = next_of(&found, |transfer| &transfer.id);
        Ok(OutgoingTransferPage { transfers: found.into_iter().map(Into::into).collect(), next })
    }

    async fn finish_transfer(&self, caller: &Caller, id: &str) -> Result<OutgoingTransferView, Refusal> {
        require(caller, Scope::PAYMENTS_REFUND)?;
        let id = hyphenated_uuid(id).ok_or_else(not_found)?;
        let principal = &caller.principal;
        let sent = self.bank.sent(&principal.tenant, id, &principal.subject).await;
        sent.map_err(of_table)?.map(Into::into).ok_or_else(not_found)
    }
}

fn not_found() -> Refusal {
    Refusal::new(TRANSFER_NOT_FOUND, "no transfer with this id is yours to see")
}

/// List what is to be sent
///
/// Refunds, what was not captured, what was too much, and what came for cancelled payments, until somebody says that it was sent. Who
/// sent the money is not known here: the bank shows it for the entries that are named.
#[utoipa::path(get, path = "/v1/outgoing-transfers", tag = "bank transfers", params(
    ("after" = Option<Uuid>, Query, description = "Only what follows this transfer: the `next` of an earlier answer."),
), responses(
    (status = 200, description = "What is to be sent, the oldest first.", body = OutgoingTransferPage),
))]
async fn list_outgoing_transfers(
    State(payments): State<Arc<Payments>>,
    Unkeyed(caller): Unkeyed,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<OutgoingTransferPage>, Refusal> {
    let malformed = |_| Refusal::new(command_kit::code::VALIDATION_FAILED, "`after` is one id");
    let Query(wanted) = wanted.map_err(malformed)?;
    payments.outgoing_transfers(&caller, &wanted).await.map(Json)
}

/// Say that money was sent
#[utoipa::path(post, path = "/v1/outgoing-transfers/{transfer}/done", tag = "bank transfers", responses(
    (status = 200, description = "The transfer is done.", body = OutgoingTransferView),
))]
async fn finish_outgoing_transfer(
    State(payments): State<Arc<Payments>>,
    Keyed(caller): Keyed,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<OutgoingTransferView>, Refusal> {
    let Path(id) = id.map_err(|_| not_found())?;
    payments.finish_transfer(&caller, &id).await.map(Json)
}
