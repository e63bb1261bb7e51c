//! A fulfilment as the read models see it, and the table `fulfilment`, whose columns are its fields.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use domain::contract::Position;
use serde::{Deserialize, Serialize};
use tokio_postgres::types::{Json, Type};
use uuid::Uuid;

use crate::table::{Cell, Field, Stored, Table, columns};

/// One row a fulfilment.
pub(crate) static FULFILMENT: LazyLock<Table> =
    LazyLock::new(|| Table::of::<FulfilmentView>("fulfilment", &["fulfilment_id"]));

/// The state of a fulfilment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum FulfilmentState {
    /// Requests were refused because nothing was asked for. It can still be.
    #[default]
    Unrequested,
    /// The location was asked, and has not said whether it will.
    Requested,
    /// The location will send it.
    Accepted,
    /// Its goods were fetched from their places.
    Picked,
    /// It lies ready.
    Packed,
    /// The carrier has it.
    Shipped,
    /// It has arrived.
    Delivered,
    /// The carrier lost it.
    Lost,
    /// The location will not send it.
    Rejected,
    /// Nobody wants it sent any more, or nobody ever will because it was cancelled before.
    Cancelled,
}

impl FulfilmentState {
    const ALL: [Self; 10] = [
        Self::Unrequested,
        Self::Requested,
        Self::Accepted,
        Self::Picked,
        Self::Packed,
        Self::Shipped,
        Self::Delivered,
        Self::Lost,
        Self::Rejected,
        Self::Cancelled,
    ];

    /// The stored text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unrequested => "UNREQUESTED",
            Self::Requested => "REQUESTED",
            Self::Accepted => "ACCEPTED",
            Self::Picked => "PICKED",
            Self::Packed => "PACKED",
            Self::Shipped => "SHIPPED",
            Self::Delivered => "DELIVERED",
            Self::Lost => "LOST",
            Self::Rejected => "REJECTED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

impl Field for FulfilmentState {
    const KIND: Type = Type::TEXT;

    fn cell(&self) -> Cell<'_> {
        Cell::Text(self.as_str())
    }
}

impl Stored for FulfilmentState {
    type Sql<'a> = &'a str;

    fn restore(sql: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|state| state.as_str() == sql).ok_or_else(|| sql.to_owned())
    }
}

/// What a fulfilment that has not left its location waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PackingStep {
    /// The location has to say whether it will send it.
    ToAccept,
    /// The location has to fetch its goods, or to pack them at once.
    ToPick,
    /// Its goods were fetched, and have to be packed.
    ToPack,
    /// It is packed, and must not leave before it is released: it is not paid, or something holds it.
    AwaitsRelease,
    /// It is packed and may leave.
    ToShip,
}

/// Pieces of a SKU to send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FulfilmentLine {
    pub sku: String,
    /// Pieces.
    pub quantity: i64,
}

/// What a fulfilment has to send, and what has left once it was shipped.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FulfilmentLines(pub Vec<FulfilmentLine>);

impl Field for FulfilmentLines {
    const KIND: Type = Type::JSONB;

    fn cell(&self) -> Cell<'_> {
        Cell::Document(self)
    }
}

impl Stored for FulfilmentLines {
    type Sql<'a> = Json<Self>;

    fn restore(Json(sql): Json<Self>) -> Result<Self, String> {
        Ok(sql)
    }
}

/// What a location has to send of an order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FulfilmentView {
    pub fulfilment_id: Uuid,
    pub tenant: String,
    /// Version of the last event folded in.
    pub version: i64,
    pub state: FulfilmentState,
    pub order_id: Uuid,
    /// The location that was asked; `None` where none was.
    pub location: Option<String>,
    /// Whether it may leave, or was allowed to when it left: it is paid, and nothing holds it.
    pub released: bool,
    /// Empty where nothing was asked for.
    pub lines: FulfilmentLines,
    pub carrier: Option<String>,
    pub tracking: Option<String>,
    /// Why the location does not send it; `None` if it does.
    pub rejection: Option<String>,
    pub requested_at: Option<DateTime<Utc>>,
    pub accepted_at: Option<DateTime<Utc>>,
    pub picked_at: Option<DateTime<Utc>>,
    pub packed_at: Option<DateTime<Utc>>,
    pub shipped_at: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub lost_at: Option<DateTime<Utc>>,
    /// When the last event happened, in business time.
    pub changed_at: DateTime<Utc>,
    /// When the last event was recorded, to the millisecond.
    pub updated_at: DateTime<Utc>,
    /// Shard of the last event in the log.
    pub shard: i16,
    /// Position of the last event in its shard.
    pub position: i64,
}

columns!(FulfilmentView {
    fulfilment_id,
    tenant,
    version,
    state,
    order_id,
    location,
    released,
    lines,
    carrier,
    tracking,
    rejection,
    requested_at,
    accepted_at,
    picked_at,
    packed_at,
    shipped_at,
    delivered_at,
    lost_at,
    changed_at,
    updated_at,
    shard,
    position,
});

impl FulfilmentView {
    /// What it waits for at its location; `None` where it is not there to be sent.
    pub const fn waits_for(&self) -> Option<PackingStep> {
        match self.state {
            FulfilmentState::Requested => Some(PackingStep::ToAccept),
            FulfilmentState::Accepted => Some(PackingStep::ToPick),
            FulfilmentState::Picked => Some(PackingStep::ToPack),
            FulfilmentState::Packed if self.released => Some(PackingStep::ToShip),
            FulfilmentState::Packed => Some(PackingStep::AwaitsRelease),
            FulfilmentState::Unrequested
            | FulfilmentState::Shipped
            | FulfilmentState::Delivered
            | FulfilmentState::Lost
            | FulfilmentState::Rejected
            | FulfilmentState::Cancelled => None,
        }
    }

    /// Position of the last event in the log.
    pub const fn log_position(&self) -> Position {
        Position { shard: self.shard, position: self.position }
    }
}
