//! A reservation as the read models see it, and the table `reservation`, whose columns are its fields.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use domain::contract::Position;
use serde::{Deserialize, Serialize};
use tokio_postgres::types::{Json, Type};
use uuid::Uuid;

use crate::table::{Cell, Field, Stored, Table, columns};

/// One row a reservation.
pub(crate) static RESERVATION: LazyLock<Table> =
    LazyLock::new(|| Table::of::<ReservationView>("reservation", &["reservation_id"]));

/// The state of a reservation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ReservationState {
    /// Requests were refused because nothing was reserved. It can still be granted.
    #[default]
    Unreserved,
    /// It holds stock, also beyond its expiry until that is recorded.
    Granted,
    /// There was not enough, or the request came too late.
    Refused,
    /// What it held was given back, or will never be reserved because it was released before.
    Released,
    /// What it held was given back because nobody renewed it.
    Expired,
    /// All that it held has left the location.
    Shipped,
}

impl ReservationState {
    const ALL: [Self; 6] =
        [Self::Unreserved, Self::Granted, Self::Refused, Self::Released, Self::Expired, Self::Shipped];

    /// The stored text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreserved => "UNRESERVED",
            Self::Granted => "GRANTED",
            Self::Refused => "REFUSED",
            Self::Released => "RELEASED",
            Self::Expired => "EXPIRED",
            Self::Shipped => "SHIPPED",
        }
    }
}

impl Field for ReservationState {
    const KIND: Type = Type::TEXT;

    fn cell(&self) -> Cell<'_> {
        Cell::Text(self.as_str())
    }
}

impl Stored for ReservationState {
    type Sql<'a> = &'a str;

    fn restore(sql: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|state| state.as_str() == sql).ok_or_else(|| sql.to_owned())
    }
}

/// Pieces of a SKU that a reservation holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldLine {
    pub sku: String,
    /// Pieces, with those that are backordered.
    pub quantity: i64,
    /// Pieces that no stock is set aside for.
    pub backordered: i64,
}

/// What a reservation holds, by SKU.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HeldLines(pub Vec<HeldLine>);

impl Field for HeldLines {
    const KIND: Type = Type::JSONB;

    fn cell(&self) -> Cell<'_> {
        Cell::Document(self)
    }
}

impl Stored for HeldLines {
    type Sql<'a> = Json<Self>;

    fn restore(Json(sql): Json<Self>) -> Result<Self, String> {
        Ok(sql)
    }
}

/// A reservation of an order at a location.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReservationView {
    pub reservation_id: Uuid,
    pub tenant: String,
    /// Version of the last event folded in.
    pub version: i64,
    pub state: ReservationState,
    pub order_id: Uuid,
    /// Where it holds or held stock, or was refused it; `None` where nothing was asked for.
    pub location: Option<String>,
    /// When it expires or has expired; `None` unless it was granted.
    pub expires_at: Option<DateTime<Utc>>,
    /// What it still holds, by SKU.
    pub lines: HeldLines,
    /// Why it was refused; `None` if it was not.
    pub refusal: Option<String>,
    pub granted_at: Option<DateTime<Utc>>,
    /// When the last event happened, in business time.
    pub changed_at: DateTime<Utc>,
    /// When the last event was recorded, to the millisecond.
    pub updated_at: DateTime<Utc>,
    /// Shard of the last event in the log.
    pub shard: i16,
    /// Position of the last event in its shard.
    pub position: i64,
}

columns!(ReservationView {
    reservation_id,
    tenant,
    version,
    state,
    order_id,
    location,
    expires_at,
    lines,
    refusal,
    granted_at,
    changed_at,
    updated_at,
    shard,
    position,
});

impl ReservationView {
    /// Position of the last event in the log.
    pub const fn log_position(&self) -> Position {
        Position { shard: self.shard, position: self.position }
    }
}
