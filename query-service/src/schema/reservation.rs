//! Reservations of orders.

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use read_models::{HeldLine, ReservationState as State, ReservationView};
use uuid::Uuid;

use super::scalars::Long;
use crate::consistency::ConsistencyToken;
use crate::output::object;

/// The state of a reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum ReservationState {
    /// Requests were refused because nothing was reserved. It can still be granted.
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
    const fn of(state: State) -> Self {
        match state {
            State::Unreserved => Self::Unreserved,
            State::Granted => Self::Granted,
            State::Refused => Self::Refused,
            State::Released => Self::Released,
            State::Expired => Self::Expired,
            State::Shipped => Self::Shipped,
        }
    }
}

/// A reservation.
pub struct Reservation<'a>(pub &'a ReservationView);

object! {
    /// What an order holds, or has asked for, at a location.
    Reservation for Reservation<'_> as reservation {
        /// The id of the reservation, a UUID.
        reservationId: Uuid => reservation.0.reservation_id,
        /// The order that it is for.
        orderId: Uuid => reservation.0.order_id,
        /// The state of the reservation.
        state: ReservationState => ReservationState::of(reservation.0.state),
        /// The location that holds the stock, or was asked for it; null where nothing was asked for.
        location: Option<&str> => reservation.0.location.as_deref(),
        /// What it still holds, by SKU.
        lines: Vec<ReservationLine<'_>> => reservation.0.lines.0.iter().map(ReservationLine).collect(),
        /// When it expires or has expired; null unless it was granted.
        expiresAt: Option<DateTime<Utc>> => reservation.0.expires_at,
        /// Why it was refused: `OUT_OF_STOCK`, `RELEASED_BEFORE` or `TOO_LATE`; null if it was not.
        refusal: Option<&str> => reservation.0.refusal.as_deref(),
        /// When it was granted.
        grantedAt: Option<DateTime<Utc>> => reservation.0.granted_at,
        /// When its last event happened.
        changedAt: DateTime<Utc> => reservation.0.changed_at,
        /// When its last event was recorded.
        updatedAt: DateTime<Utc> => reservation.0.updated_at,
        /// The version of the reservation: the number of its events.
        version: Long => Long(reservation.0.version),
        /// The position of the last event in the event log, written `shard.position`.
        position: String => reservation.0.log_position().to_string(),
        /// A token that makes a later query wait until it can show at least this version.
        consistencyToken: ConsistencyToken => {
            ConsistencyToken::reservation(reservation.0.reservation_id, reservation.0.version)
        },
    }
}

/// Pieces of a SKU that a reservation holds.
struct ReservationLine<'a>(&'a HeldLine);

object! {
    /// Pieces of a SKU that a reservation holds.
    ReservationLine for ReservationLine<'_> as line {
        /// The SKU.
        sku: &str => &line.0.sku,
        /// Pieces, with those that are backordered.
        quantity: Long => Long(line.0.quantity),
        /// Pieces that no stock is set aside for.
        backordered: Long => Long(line.0.backordered),
    }
}
