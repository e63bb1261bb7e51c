//! Entries and transfers in answers.

use command_kit::http::MoneyView;
use domain::{OrderId, PaymentId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::provider::bank::{BankEntry, NewEntry, Outcome, OutgoingTransfer, SendReason, Taken, Unmatched};

/// An entry of a statement that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct TakenEntryView {
    /// The bank's id of it.
    id: String,
    /// What became of it.
    outcome: Outcome,
    /// The payment that it is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    payment_id: Option<PaymentId>,
    /// Why it is no payment's yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Unmatched>,
}

/// What became of each entry, in the order in which they were sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct StatementReport {
    pub(super) entries: Vec<TakenEntryView>,
}

/// An entry of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct BankEntryView {
    /// The bank's id of it.
    id: String,
    /// The day on which it was booked.
    #[schema(value_type = String, format = Date)]
    booked_at: chrono::NaiveDate,
    /// What the bank credited.
    amount: MoneyView,
    /// The reference that was found in its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    /// The payment that it is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    payment_id: Option<PaymentId>,
    /// The order of that payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    order_id: Option<OrderId>,
    /// Why it is no payment's yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Unmatched>,
    /// What the customer wrote; kept only while the entry is no payment's.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// When the statement was sent here.
    #[schema(value_type = String, format = DateTime)]
    taken_at: Timestamp,
}

/// Entries of statements, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct BankEntryPage {
    /// At most 500.
    pub(super) entries: Vec<BankEntryView>,
    /// Where there may be more: the id to ask for them with, as `after`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<String>,
}

/// Money that people have to send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct OutgoingTransferView {
    /// The id of the transfer.
    id: Uuid,
    /// Why it is to be sent.
    reason: SendReason,
    /// What is to be sent.
    amount: MoneyView,
    /// The payment that it is of.
    #[schema(value_type = Uuid)]
    payment_id: PaymentId,
    /// The order of that payment.
    #[schema(value_type = Uuid)]
    order_id: OrderId,
    /// The bank's ids of what came for the payment, by which the bank shows who sent it.
    entries: Vec<String>,
    /// Since when it is to be sent.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When somebody said that it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    done_at: Option<Timestamp>,
}

/// What is to be sent, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct OutgoingTransferPage {
    /// At most 500.
    pub(super) transfers: Vec<OutgoingTransferView>,
    /// Where there may be more: the id to ask for them with, as `after`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<Uuid>,
}

impl TakenEntryView {
    pub(super) fn of(entry: &NewEntry, taken: Taken) -> Self {
        let Taken { outcome, payment, reason } = taken;
        Self { id: entry.id.to_string(), outcome, payment_id: payment, reason }
    }
}

impl From<BankEntry> for BankEntryView {
    fn from(entry: BankEntry) -> Self {
        let BankEntry { id, booked_on, amount, stated, payment, order, reason, text, taken_at } = entry;
        Self {
            id,
            booked_at: booked_on,
            amount: amount.into(),
            reference: stated,
            payment_id: payment,
            order_id: order,
            reason,
            text,
            taken_at,
        }
    }
}

impl From<OutgoingTransfer> for OutgoingTransferView {
    fn from(transfer: OutgoingTransfer) -> Self {
        let OutgoingTransfer { id, reason, amount, payment, order, created_at, done_at, entries } = transfer;
        let amount = amount.into();
        Self { id, reason, amount, payment_id: payment, order_id: order, entries, created_at, done_at }
    }
}
