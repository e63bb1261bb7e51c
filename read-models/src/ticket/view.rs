//! A ticket as the read models see it, and the table `ticket`, whose columns are its fields.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use domain::contract::Position;
use serde::{Deserialize, Serialize};
use tokio_postgres::types::{Json, Type};
use uuid::Uuid;

use crate::table::{Cell, Field, Stored, Table, columns};

/// One row a ticket.
pub(crate) static TICKET: LazyLock<Table> = LazyLock::new(|| Table::of::<TicketView>("ticket", &["ticket_id"]));

/// The state of a ticket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum TicketState {
    /// Nothing of it was begun.
    #[default]
    Queued,
    /// Something of it was begun.
    Cooking,
    /// Every item is done.
    Ready,
    /// It left the kitchen.
    HandedOver,
    /// The kitchen does not prepare it.
    Rejected,
    /// Nobody wants it any more.
    Cancelled,
}

impl TicketState {
    const ALL: [Self; 6] =
        [Self::Queued, Self::Cooking, Self::Ready, Self::HandedOver, Self::Rejected, Self::Cancelled];

    /// The stored text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Cooking => "COOKING",
            Self::Ready => "READY",
            Self::HandedOver => "HANDED_OVER",
            Self::Rejected => "REJECTED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

impl Field for TicketState {
    const KIND: Type = Type::TEXT;

    fn cell(&self) -> Cell<'_> {
        Cell::Text(self.as_str())
    }
}

impl Stored for TicketState {
    type Sql<'a> = &'a str;

    fn restore(sql: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|state| state.as_str() == sql).ok_or_else(|| sql.to_owned())
    }
}

/// Pieces of a SKU to prepare.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketItem {
    pub sku: String,
    /// Pieces.
    pub quantity: i64,
    pub station: String,
    /// From 1.
    pub course: i64,
    /// For all pieces together.
    pub preparation_s: i64,
}

/// What a ticket has to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TicketItems(pub Vec<TicketItem>);

impl Field for TicketItems {
    const KIND: Type = Type::JSONB;

    fn cell(&self) -> Cell<'_> {
        Cell::Document(self)
    }
}

impl Stored for TicketItems {
    type Sql<'a> = Json<Self>;

    fn restore(Json(sql): Json<Self>) -> Result<Self, String> {
        Ok(sql)
    }
}

/// What a kitchen has to prepare for a fulfilment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TicketView {
    /// The fulfilment's id.
    pub ticket_id: Uuid,
    pub tenant: String,
    /// Version of the last event folded in.
    pub version: i64,
    pub state: TicketState,
    pub order_id: Uuid,
    pub location: String,
    /// Whether no further item may be begun.
    pub held: bool,
    /// Empty for one that was turned away at once.
    pub items: TicketItems,
    /// Why it was rejected; `None` if it was not.
    pub rejection: Option<String>,
    /// When the kitchen took it, or turned it away.
    pub queued_at: DateTime<Utc>,
    /// When it was promised first; `None` if it was turned away at once.
    pub first_promised_at: Option<DateTime<Utc>>,
    /// When it is, or was, to be ready.
    pub promised_at: Option<DateTime<Utc>>,
    /// How often the promise was moved.
    pub delays: i64,
    pub started_at: Option<DateTime<Utc>>,
    pub ready_at: Option<DateTime<Utc>>,
    /// When it was handed over, rejected or cancelled.
    pub ended_at: Option<DateTime<Utc>>,
    /// When the last event happened, in business time.
    pub changed_at: DateTime<Utc>,
    /// When the last event was recorded, to the millisecond.
    pub updated_at: DateTime<Utc>,
    /// Shard of the last event in the log.
    pub shard: i16,
    /// Position of the last event in its shard.
    pub position: i64,
}

columns!(TicketView {
    ticket_id,
    tenant,
    version,
    state,
    order_id,
    location,
    held,
    items,
    rejection,
    queued_at,
    first_promised_at,
    promised_at,
    delays,
    started_at,
    ready_at,
    ended_at,
    changed_at,
    updated_at,
    shard,
    position,
});

impl TicketView {
    /// Position of the last event in the log.
    pub const fn log_position(&self) -> Position {
        Position { shard: self.shard, position: self.position }
    }
}
