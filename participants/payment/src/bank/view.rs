//! Entries and transfers in answers.

use domain::{OrderId, PaymentId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::payment::MoneyView;
use crate::provider::bank::{BankEntry, NewEntry, Outcome, OutgoingTransfer, SendReason, Taken, Unmatched};

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum EntryOutcome {
    /// It is the payment's that its text states.
    Matched,
    /// It is no payment's yet; the reason says why.
    Unmatched,
    /// It was taken before, and counts once.
    Repeated,
    /// Another entry with this id was taken before; this one does not count.
    Conflict,
}

/// Why an entry is no payment's yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum UnmatchedReason {
    /// The text states no reference.
    NoReference,
    /// The text states different ones.
    SeveralReferences,
    /// The check digits are wrong, so something is misspelt.
    WrongCheckDigits,
    /// No payment of yours has the reference.
    UnknownReference,
    /// The payment is in another currency.
    OtherCurrency,
}

/// An entry of a statement that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct TakenEntryView {
    /// The bank's id of it.
    id: String,
    /// What became of it.
    outcome: EntryOutcome,
    /// The payment that it is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    payment_id: Option<PaymentId>,
    /// Why it is no payment's yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<UnmatchedReason>,
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
    /// What came.
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
    reason: Option<UnmatchedReason>,
    /// What the customer wrote; kept only while the entry is no payment's.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// When the statement was sent here.
    #[schema(value_type = String, format = DateTime)]
    taken_at: Timestamp,
}

/// Entries of statements, the newest first, at most 500.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct BankEntryList {
    pub(super) entries: Vec<BankEntryView>,
}

/// Why money is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum OutgoingReason {
    /// It was captured, and is given back.
    Refund,
    /// It came and was not captured.
    NotCaptured,
    /// More came than was to be paid.
    Surplus,
    /// It came for a payment that was cancelled.
    Cancelled,
}

/// Money that people have to send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct OutgoingTransferView {
    /// The id of the transfer.
    id: Uuid,
    /// Why it is to be sent.
    reason: OutgoingReason,
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

/// What is to be sent, the oldest first, at most 500.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct OutgoingTransferList {
    pub(super) transfers: Vec<OutgoingTransferView>,
}

impl From<Unmatched> for UnmatchedReason {
    fn from(reason: Unmatched) -> Self {
        match reason {
            Unmatched::NoReference => Self::NoReference,
            Unmatched::SeveralReferences => Self::SeveralReferences,
            Unmatched::WrongCheckDigits => Self::WrongCheckDigits,
            Unmatched::UnknownReference => Self::UnknownReference,
            Unmatched::OtherCurrency => Self::OtherCurrency,
        }
    }
}

impl TakenEntryView {
    pub(super) fn of(entry: &NewEntry, taken: Taken) -> Self {
        let outcome = match taken.outcome {
            Outcome::Matched => EntryOutcome::Matched,
            Outcome::Unmatched => EntryOutcome::Unmatched,
            Outcome::Repeated => EntryOutcome::Repeated,
            Outcome::Conflict => EntryOutcome::Conflict,
        };
        let Taken { payment, reason, .. } = taken;
        Self { id: entry.id.to_string(), outcome, payment_id: payment, reason: reason.map(Into::into) }
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
            reason: reason.map(Into::into),
            text,
            taken_at,
        }
    }
}

impl From<OutgoingTransfer> for OutgoingTransferView {
    fn from(transfer: OutgoingTransfer) -> Self {
        let OutgoingTransfer { id, reason, amount, payment, order, created_at, done_at, entries } = transfer;
        let reason = match reason {
            SendReason::Refund => OutgoingReason::Refund,
            SendReason::NotCaptured => OutgoingReason::NotCaptured,
            SendReason::Surplus => OutgoingReason::Surplus,
            SendReason::Cancelled => OutgoingReason::Cancelled,
        };
        let amount = amount.into();
        Self { id, reason, amount, payment_id: payment, order_id: order, entries, created_at, done_at }
    }
}
