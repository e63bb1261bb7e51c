//! Entries that were taken, and giving one to a payment by hand.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use command_kit::http::form::{Form, Text};
use command_kit::http::{JsonBody, Keyed, Unkeyed};
use command_kit::{Broken, Caller, Fields, Refusal, hyphenated_uuid};
use domain::{PaymentId, Scope};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::view::{BankEntryPage, BankEntryView};
use super::{PAGE_MAX, next_of, require};
use crate::code::{self, ENTRY_ASSIGNED, ENTRY_NOT_FOUND, ENTRY_OTHER_CURRENCY, of_table};
use crate::context::{AppState, Payments};
use crate::provider::bank::{AssignError, reference_of};

/// Characters of a UUID as answers spell it.
const UUID_CHARS: usize = 36;

/// The forms of the body's texts.
pub(super) const TEXTS: &[Text] = &[Text::new("AssignEntryBody", "paymentId", Form::Uuid, UUID_CHARS)];

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(list_bank_entries)).routes(routes!(assign_bank_entry))
}

/// Which entries are wanted.
#[derive(Deserialize)]
struct Wanted {
    unmatched: Option<String>,
    after: Option<String>,
}

impl Wanted {
    /// A parameter without a value says yes.
    fn only_unmatched(&self) -> Result<bool, Refusal> {
        match self.unmatched.as_deref() {
            None | Some("false") => Ok(false),
            Some("" | "true") => Ok(true),
            Some(_) => Err(malformed()),
        }
    }
}

fn malformed() -> Refusal {
    Refusal::new(command_kit::code::VALIDATION_FAILED, "`unmatched` is true, false or left out, and `after` one id")
}

/// The payment that an entry is of.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AssignEntryBody {
    /// The id of a payment by bank transfer.
    payment_id: String,
}

impl AssignEntryBody {
    fn check(&self) -> Result<PaymentId, Refusal> {
        let mut fields = Fields::default();
        let read: Option<Uuid> = hyphenated_uuid(&self.payment_id);
        let payment = fields.check("/paymentId", read.ok_or(Broken("malformed_id", "an id is a UUID with hyphens")));
        fields.finish(|| payment.map(PaymentId::new))
    }
}

impl Payments {
    async fn bank_entries(&self, caller: &Caller, wanted: &Wanted) -> Result<BankEntryPage, Refusal> {
        require(caller, Scope::PAYMENTS_CAPTURE)?;
        let only_unmatched = wanted.only_unmatched()?;
        let (tenant, after) = (&caller.principal.tenant, wanted.after.as_deref());
        let found = self.bank.entries(tenant, only_unmatched, after, PAGE_MAX.into()).await;
        let found = found.map_err(of_table)?.ok_or_else(entry_not_found)?;
        let next = next_of(&found, |entry| &entry.id);
        Ok(BankEntryPage { entries: found.into_iter().map(Into::into).collect(), next })
    }

    async fn assign_entry(&self, caller: &Caller, entry: &str, payment: PaymentId) -> Result<BankEntryView, Refusal> {
        require(caller, Scope::PAYMENTS_CAPTURE)?;
        let principal = &caller.principal;
        let assigned = self.bank.assign(&principal.tenant, entry, payment, &principal.subject).await;
        let assigned = assigned.map_err(refusal)?;
        self.look_at(&reference_of(payment)).await?;
        Ok(assigned.into())
    }
}

fn refusal(error: AssignError) -> Refusal {
    match error {
        AssignError::NoEntry => entry_not_found(),
        AssignError::NoPayment => code::not_found(),
        AssignError::Assigned => Refusal::new(ENTRY_ASSIGNED, "an entry counts for one payment"),
        AssignError::OtherCurrency => {
            Refusal::new(ENTRY_OTHER_CURRENCY, "send the money back by hand, since nothing is exchanged here")
        }
        AssignError::Table(error) => of_table(error),
    }
}

fn entry_not_found() -> Refusal {
    Refusal::new(ENTRY_NOT_FOUND, "no entry with this id is yours to see")
}

/// List entries of statements
#[utoipa::path(get, path = "/v1/bank-entries", tag = "bank transfers", params(
    ("unmatched" = Option<bool>, Query, description = "Only those that are no payment's yet."),
    ("after" = Option<String>, Query, description = "Only those that were taken before this one: the `next` of an earlier answer."),
), responses(
    (status = 200, description = "Entries, the newest first.", body = BankEntryPage),
))]
async fn list_bank_entries(
    State(payments): State<Arc<Payments>>,
    Unkeyed(caller): Unkeyed,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<BankEntryPage>, Refusal> {
    let Query(wanted) = wanted.map_err(|_| malformed())?;
    payments.bank_entries(&caller, &wanted).await.map(Json)
}

/// Give an entry to a payment
///
/// For an entry that matched no payment. Its text is no longer kept.
#[utoipa::path(post, path = "/v1/bank-entries/{entry}/assign", tag = "bank transfers", request_body = AssignEntryBody, params(
    ("entry" = String, Path, description = "The bank's id of the entry."),
), responses(
    (status = 200, description = "The entry is the payment's.", body = BankEntryView),
))]
async fn assign_bank_entry(
    State(payments): State<Arc<Payments>>,
    Keyed(caller): Keyed,
    entry: Result<Path<String>, PathRejection>,
    JsonBody(body): JsonBody<AssignEntryBody>,
) -> Result<Json<BankEntryView>, Refusal> {
    let Path(entry) = entry.map_err(|_| entry_not_found())?;
    payments.assign_entry(&caller, &entry, body.check()?).await.map(Json)
}
