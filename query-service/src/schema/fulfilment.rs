//! Fulfilments as their locations know them: what is to be sent, and what has left.

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use read_models::query::FulfilmentPage;
use read_models::{FulfilmentLine, FulfilmentState as State, FulfilmentView, PackingStep as Step};
use uuid::Uuid;

use super::connection::PageInfo;
use super::fulfilment_list::FulfilmentPages;
use super::loaded::unloaded;
use super::reading::Reading;
use super::scalars::Long;
use crate::consistency::ConsistencyToken;
use crate::output::object;

/// The state of a fulfilment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum FulfilmentState {
    /// Requests were refused because nothing was asked for. It can still be.
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
    const fn of(state: State) -> Self {
        match state {
            State::Unrequested => Self::Unrequested,
            State::Requested => Self::Requested,
            State::Accepted => Self::Accepted,
            State::Picked => Self::Picked,
            State::Packed => Self::Packed,
            State::Shipped => Self::Shipped,
            State::Delivered => Self::Delivered,
            State::Lost => Self::Lost,
            State::Rejected => Self::Rejected,
            State::Cancelled => Self::Cancelled,
        }
    }
}

/// What a fulfilment that has not left its location waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
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

impl PackingStep {
    const fn of(step: Step) -> Self {
        match step {
            Step::ToAccept => Self::ToAccept,
            Step::ToPick => Self::ToPick,
            Step::ToPack => Self::ToPack,
            Step::AwaitsRelease => Self::AwaitsRelease,
            Step::ToShip => Self::ToShip,
        }
    }

    /// The step as the read models have it.
    pub const fn stored(self) -> Step {
        match self {
            Self::ToAccept => Step::ToAccept,
            Self::ToPick => Step::ToPick,
            Self::ToPack => Step::ToPack,
            Self::AwaitsRelease => Step::AwaitsRelease,
            Self::ToShip => Step::ToShip,
        }
    }
}

/// A fulfilment.
#[derive(Clone, Copy)]
pub struct Fulfilment<'a>(pub &'a FulfilmentView);

object! {
    /// What a location has to send of an order, as the location knows it.
    Fulfilment for Fulfilment<'_> as it {
        /// The id of the fulfilment, a UUID.
        fulfilmentId: Uuid => it.0.fulfilment_id,
        /// The order that it is for.
        orderId: Uuid => it.0.order_id,
        /// The location that was asked to send it; null where none was.
        location: Option<&str> => it.0.location.as_deref(),
        /// The state of the fulfilment.
        state: FulfilmentState => FulfilmentState::of(it.0.state),
        /// What it waits for at its location; null where it has left, or will not be sent.
        waitsFor: Option<PackingStep> => it.0.waits_for().map(PackingStep::of),
        /// Whether it may leave, or was allowed to when it left: it is paid, and nothing holds it.
        released: bool => it.0.released,
        /// What is to be sent, and what has left once it was shipped; by SKU.
        lines: Vec<FulfilmentPieces<'_>> => it.0.lines.0.iter().map(FulfilmentPieces).collect(),
        /// The carrier; null until it was shipped.
        carrier: Option<&str> => it.0.carrier.as_deref(),
        /// The carrier's number of the shipment; null until it was shipped.
        trackingNumber: Option<&str> => it.0.tracking.as_deref(),
        /// Why the location does not send it, such as `OUT_OF_STOCK`; null if it does.
        rejection: Option<&str> => it.0.rejection.as_deref(),
        /// When the location was asked.
        requestedAt: Option<DateTime<Utc>> => it.0.requested_at,
        /// When the location said that it will send it.
        acceptedAt: Option<DateTime<Utc>> => it.0.accepted_at,
        /// When its goods were fetched; null where nobody said so.
        pickedAt: Option<DateTime<Utc>> => it.0.picked_at,
        /// When it lay ready.
        packedAt: Option<DateTime<Utc>> => it.0.packed_at,
        /// When it left.
        shippedAt: Option<DateTime<Utc>> => it.0.shipped_at,
        /// When it arrived.
        deliveredAt: Option<DateTime<Utc>> => it.0.delivered_at,
        /// When the carrier lost it, as far as is known.
        lostAt: Option<DateTime<Utc>> => it.0.lost_at,
        /// When its last event happened.
        changedAt: DateTime<Utc> => it.0.changed_at,
        /// When its last event was recorded.
        updatedAt: DateTime<Utc> => it.0.updated_at,
        /// The version of the fulfilment: the number of its events.
        version: Long => Long(it.0.version),
        /// The position of the last event in the event log, written `shard.position`.
        position: String => it.0.log_position().to_string(),
        /// A token that makes a later query wait until it can show at least this version.
        consistencyToken: ConsistencyToken => ConsistencyToken::fulfilment(it.0.fulfilment_id, it.0.version),
    }
}

/// Pieces of a SKU.
struct FulfilmentPieces<'a>(&'a FulfilmentLine);

object! {
    /// Pieces of a SKU that a location sends.
    FulfilmentPieces for FulfilmentPieces<'_> as line {
        /// The SKU.
        sku: &str => &line.0.sku,
        /// Pieces.
        quantity: Long => Long(line.0.quantity),
    }
}

/// A page of fulfilments that was loaded.
pub struct LoadedFulfilments {
    pub list: FulfilmentPages,
    pub page: FulfilmentPage,
}

/// A page of fulfilments.
#[derive(Clone, Copy)]
pub struct FulfilmentConnection<'a> {
    pub reading: &'a Reading,
    pub loaded: &'a LoadedFulfilments,
}

object! {
    /// A page of fulfilments.
    FulfilmentConnection for FulfilmentConnection<'_> as page {
        /// The fulfilments of the page with their cursors.
        edges: Vec<FulfilmentEdge<'_>> => page.rows().iter().map(|node| FulfilmentEdge { page: *page, node }).collect(),
        /// The fulfilments of the page.
        nodes: Vec<Fulfilment<'_>> => page.rows().iter().map(Fulfilment).collect(),
        /// The position of the page within the list.
        pageInfo: PageInfo => {
            let LoadedFulfilments { list, page: found } = page.loaded;
            list.arguments.info(found.more, &found.fulfilments, |one| {
                list.cursor(page.reading, one).ok_or_else(unloaded)
            })?
        },
    }
}

/// A fulfilment in its list.
struct FulfilmentEdge<'a> {
    page: FulfilmentConnection<'a>,
    node: &'a FulfilmentView,
}

object! {
    /// A fulfilment with its cursor.
    FulfilmentEdge for FulfilmentEdge<'_> as edge {
        /// The position of the fulfilment in the list.
        cursor: String => edge.page.loaded.list.cursor(edge.page.reading, edge.node).ok_or_else(unloaded)?,
        /// The fulfilment.
        node: Fulfilment<'_> => Fulfilment(edge.node),
    }
}

impl<'a> FulfilmentConnection<'a> {
    fn rows(self) -> &'a [FulfilmentView] {
        &self.loaded.page.fulfilments
    }
}
