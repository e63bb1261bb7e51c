//! What has happened to an order once it was placed: the column `progress` of `order_summary`.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use domain::order::{FulfilmentState, PaymentState};
use serde::{Deserialize, Serialize};
use tokio_postgres::types::{Json, Type};
use uuid::Uuid;

use crate::table::{Cell, Field, Shown, Stored};

/// Most exceptions that are shown with an order, the last ones. Its timeline has all of them.
pub(crate) const EXCEPTIONS_MAX: usize = 100;

/// What has happened to an order once it was placed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgressView {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejection: Option<RejectionView>,
    /// In the order in which they were heard of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payments: Vec<PaymentView>,
    /// In the order in which they were heard of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fulfilments: Vec<OrderFulfilmentView>,
    /// Oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<NoteView>,
    /// Oldest first, the last ones alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<ExceptionView>,
}

/// Why an order was rejected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectionView {
    /// The symbol of the reason, such as `FRAUD`.
    pub reason: String,
    /// In the words of whoever rejected it.
    pub note: Option<String>,
}

/// A payment of an order. Amounts are in minor units of the order's currency; those in another one are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentView {
    pub payment_id: Uuid,
    pub state: PaymentState,
    pub authorized: i64,
    /// Of what was authorised.
    pub voided: i64,
    pub captured: i64,
    pub refunded: i64,
    pub charged_back: i64,
    /// When the provider lets go of what it has authorised, where known.
    pub expires_at: Option<DateTime<Utc>>,
    /// The provider's code for the last failure.
    pub failure: Option<String>,
}

/// What a location has to send of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderFulfilmentView {
    pub fulfilment_id: Uuid,
    pub state: FulfilmentState,
    /// The reservation that it sends from; `None` where it was not planned.
    pub reservation_id: Option<Uuid>,
    /// `None` where it was not planned.
    pub location: Option<String>,
    /// What it has to send, and what it has sent once it was dispatched.
    pub lines: Vec<FulfilledLine>,
    pub carrier: Option<String>,
    /// The carrier's number of the shipment.
    pub tracking: Option<String>,
    pub dispatched_at: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
}

/// Pieces of a line in a fulfilment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FulfilledLine {
    pub line_id: Uuid,
    pub sku: String,
    /// Pieces.
    pub quantity: i64,
}

/// A note on an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteView {
    pub note: String,
    pub at: DateTime<Utc>,
}

/// What contradicts an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionView {
    /// The symbol of the kind, such as `SHIPPED_WHILE_HELD`.
    pub kind: String,
    /// What is wrong, for people.
    pub detail: String,
    pub at: DateTime<Utc>,
}

impl Field for ProgressView {
    const KIND: Type = Type::JSONB;

    fn cell(&self) -> Cell<'_> {
        Cell::Document(self)
    }
}

impl Stored for ProgressView {
    type Sql<'a> = Json<Self>;

    fn restore(Json(sql): Json<Self>) -> Result<Self, String> {
        Ok(sql)
    }
}

impl Shown for ProgressView {
    type Column<'a> = Json<Self>;
    type Shown<'a> = Cow<'a, Self>;

    fn from_column<'a>(Json(column): Json<Self>) -> Result<Cow<'a, Self>, String>
    where
        Self: 'a,
    {
        Ok(Cow::Owned(column))
    }

    fn shown(&self) -> Cow<'_, Self> {
        Cow::Borrowed(self)
    }
}
