//! What a saga knows, and what it waits for.

use serde::{Deserialize, Serialize};

use crate::reservation::RequestedLine;
use crate::{CustomerId, FulfilmentId, LocationId, Money, OrderId, PaymentId, ReservationId, TenantId, Timestamp};

use super::answer::Part;
use super::asked::Asked;
use super::event::{SagaOutcome, UndoCause};
use super::policy::SagaPolicy;
use super::routing::{Considered, RoutedShare};
use super::screening::Signals;
use super::task::Task;
use crate::order::{HoldKind, ScreeningOutcome};

/// The saga aggregate. Its stream has the order's id.
#[derive(Debug, Clone, Copy)]
pub struct OrderSaga;

/// The state of a saga.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderSagaState {
    /// The order has not been placed, or nothing drives it.
    Absent,
    Running(Box<Saga>),
    /// Nothing is asked for any more, unless a late success has to be undone.
    Ended(Box<Saga>),
}

/// A saga.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saga {
    pub order: OrderId,
    pub tenant: TenantId,
    pub customer: Option<CustomerId>,
    pub lines: Vec<RequestedLine>,
    pub total: Money,
    pub policy: SagaPolicy,
    pub signals: Signals,
    pub flow: u32,
    pub started_at: Timestamp,
    pub goal: Goal,
    /// What the screening said, or the person who reviewed it.
    pub screening: Option<ScreeningOutcome>,
    pub ready_at: Option<Timestamp>,
    /// What locations send, each its own; at first one share of all lines. Those that were replaced stay, since reservations name them.
    pub shares: Vec<Share>,
    /// Every reservation that was asked for, in the order of asking.
    pub reservations: Vec<ReservationPart>,
    pub payments: Vec<PaymentPart>,
    pub fulfilments: Vec<FulfilmentPart>,
    pub stock_wait: Option<StockWait>,
    /// The last comparison of locations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<Route>,
    /// What an operator wants to be sent otherwise, until it is or until goods have left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rearrangement: Option<Rearrangement>,
    /// Locations that have rejected the order before a person wanted them to be asked again.
    pub rejections_forgiven: usize,
    /// Reservations that had expired by then.
    #[serde(default)]
    pub expiries_forgiven: usize,
    /// Whether a person has decided that goods which have left do not stand in the way of undoing the order.
    pub undoes_shipped: bool,
    /// Holds that people have put on the order.
    #[serde(default)]
    pub holds: Vec<HoldKind>,
    pub task: Option<Task>,
    pub outcome: Option<SagaOutcome>,
}

/// What a saga works towards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Goal {
    Fulfil,
    Undo(UndoCause),
}

/// What was asked for and not answered yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    pub asked: Asked,
    pub attempt: u32,
    /// When the answer is overdue.
    pub due: Timestamp,
}

impl Ask {
    /// Whether this is what is pending.
    pub(super) fn is_pending(pending: Option<Self>, asked: Asked) -> bool {
        pending.is_some_and(|ask| ask.asked == asked)
    }
}

/// Lines that one location sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub lines: Vec<RequestedLine>,
    pub destination: Destination,
    /// Whether later shares have its lines: it was split, or its parcel was lost and is sent again, or it was
    /// rearranged.
    pub is_replaced: bool,
}

/// What the last comparison of locations said of a share, until it is acted on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Destination {
    /// Nothing: it was not compared, or what it said is done.
    Open,
    Location(LocationId),
    /// No location can send it.
    Nowhere,
}

/// A reservation as the saga knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservationPart {
    pub id: ReservationId,
    /// The place of its share among those of the saga.
    pub share: usize,
    pub location: LocationId,
    pub status: ReservationStatus,
    pub expires_at: Option<Timestamp>,
    /// How long the last grant or renewal was asked to hold.
    pub hold_for_s: u32,
    pub ask: Option<Ask>,
    /// The version of the last event of the reservation that the saga has learned; 0 before the first.
    pub seen: u32,
}

/// What is known of a reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReservationStatus {
    /// It may hold stock, or come to.
    Unknown,
    Granted,
    Refused,
    Released,
    Expired,
    Shipped,
}

/// A payment as the saga knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentPart {
    pub id: PaymentId,
    pub status: PaymentStatus,
    pub captured: Money,
    pub refunded: Money,
    pub declines: u32,
    pub asked_at: Timestamp,
    pub ask: Option<Ask>,
    pub seen: u32,
}

/// What is known of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PaymentStatus {
    /// It may be authorised, or come to be.
    Unknown,
    Authorized,
    Captured,
    Voided,
    Refunded,
    /// It will neither be authorised nor captured.
    Failed,
}

/// A fulfilment as the saga knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FulfilmentPart {
    pub id: FulfilmentId,
    pub reservation: ReservationId,
    pub status: FulfilmentStatus,
    /// Whether its location knows that it may ship.
    pub released: bool,
    /// Since when it has this status, or since a person wanted to go on waiting.
    pub since: Timestamp,
    pub ask: Option<Ask>,
    pub seen: u32,
}

/// What is known of a fulfilment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FulfilmentStatus {
    /// Its location may have it, and may begin.
    Unknown,
    Accepted,
    Packed,
    Shipped,
    Delivered,
    Lost,
    Rejected,
    Cancelled,
}

impl FulfilmentStatus {
    /// Whether the goods are not at their location any more.
    pub const fn has_left(self) -> bool {
        matches!(self, Self::Shipped | Self::Delivered | Self::Lost)
    }
}

/// A comparison of locations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// What each chosen location sends; empty where no location could send it.
    pub shares: Vec<RoutedShare>,
    pub candidates: Vec<Considered>,
    pub at: Timestamp,
}

/// Fulfilments that are stopped, and what is sent from where instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rearrangement {
    pub fulfilments: Vec<FulfilmentId>,
    pub shares: Vec<RoutedShare>,
}

/// No location has the stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockWait {
    pub next_try: Timestamp,
    pub until: Timestamp,
    /// Reservations before this place were asked for in earlier tries.
    pub tried: usize,
}

impl OrderSagaState {
    /// The state's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Absent => "Absent",
            Self::Running(_) => "Running",
            Self::Ended(_) => "Ended",
        }
    }

    /// The saga; `None` while nothing drives the order.
    pub const fn saga(&self) -> Option<&Saga> {
        match self {
            Self::Absent => None,
            Self::Running(saga) | Self::Ended(saga) => Some(saga),
        }
    }
}

impl Saga {
    /// Every request that has no answer yet.
    pub fn asks(&self) -> impl Iterator<Item = Ask> {
        let reservations = self.reservations.iter().map(|part| part.ask);
        let payments = self.payments.iter().map(|part| part.ask);
        reservations.chain(payments).chain(self.fulfilments.iter().map(|part| part.ask)).flatten()
    }

    /// Whether something holds the order, so that nothing of it may be shipped: people, or that there is no stock, or a review.
    pub fn is_held(&self) -> bool {
        !self.holds.is_empty() || self.stock_wait.is_some() || self.screening == Some(ScreeningOutcome::Review)
    }

    /// The shares that make up the order, by their places.
    pub(super) fn current_shares(&self) -> impl Iterator<Item = usize> {
        let shares = self.shares.iter().enumerate();
        shares.filter(|(_, share)| !share.is_replaced).map(|(place, _)| place)
    }

    /// The place of the share that has these lines.
    pub(super) fn share_with(&self, lines: &[RequestedLine]) -> Option<usize> {
        self.current_shares().find(|place| self.shares[*place].lines == lines)
    }

    /// The reservation that was asked for last for a share.
    pub(super) fn reservation_of(&self, share: usize) -> Option<&ReservationPart> {
        self.reservations.iter().rfind(|part| part.share == share)
    }

    /// The last reservation of each share.
    pub(super) fn current_reservations(&self) -> impl Iterator<Item = &ReservationPart> {
        self.current_shares().filter_map(|share| self.reservation_of(share))
    }

    /// Whether a reservation is the last one of a share.
    pub(super) fn is_current(&self, part: &ReservationPart) -> bool {
        self.current_reservations().any(|one| one.id == part.id)
    }

    /// The reservation that a fulfilment sends: that of its request, or the last one that was granted at the location in place of it.
    pub(super) fn reservation_behind(&self, part: &FulfilmentPart) -> Option<&ReservationPart> {
        self.reservations.iter().find(|one| one.id == part.reservation)
    }

    /// The fulfilment that sends a share, or will; `None` where another location has to be asked.
    pub(super) fn fulfilment_of(&self, share: usize) -> Option<&FulfilmentPart> {
        let is_of_share = |part: &&FulfilmentPart| self.reservation_behind(part).is_some_and(|one| one.share == share);
        let is_over =
            |part: &&FulfilmentPart| matches!(part.status, FulfilmentStatus::Rejected | FulfilmentStatus::Cancelled);
        self.fulfilments.iter().rfind(is_of_share).filter(|part| !is_over(part))
    }

    /// The fulfilments that send the shares, or will.
    pub(super) fn current_fulfilments(&self) -> impl Iterator<Item = &FulfilmentPart> {
        self.current_shares().filter_map(|share| self.fulfilment_of(share))
    }

    /// Whether the goods of a share are not at their location any more.
    pub(super) fn has_left(&self, share: usize) -> bool {
        self.fulfilment_of(share).is_some_and(|part| part.status.has_left())
    }

    /// Whether a share is to be sent otherwise, and is not yet.
    pub(super) fn is_being_rearranged(&self, share: usize) -> bool {
        let Some(wanted) = &self.rearrangement else { return false };
        let is_stopped = |part: &FulfilmentPart| wanted.fulfilments.contains(&part.id);
        let stopped = self.fulfilments.iter().filter(|part| is_stopped(part));
        stopped.filter_map(|part| self.reservation_behind(part)).any(|one| one.share == share)
    }

    /// Whether goods of a reservation are not at their location any more. What leaves is taken from the last reservation of its share, if
    /// that is at the same location.
    pub(super) fn have_left(&self, part: &ReservationPart) -> bool {
        let is_last = self.reservation_of(part.share).is_some_and(|one| one.id == part.id);
        let fulfilment = self.fulfilment_of(part.share).filter(|fulfilment| fulfilment.status.has_left());
        is_last && fulfilment.is_some_and(|fulfilment| self.is_sent_from(fulfilment, &part.location))
    }

    /// Whether a fulfilment is the one of a location.
    pub(super) fn is_sent_from(&self, part: &FulfilmentPart, location: &LocationId) -> bool {
        self.reservation_behind(part).is_some_and(|one| one.location == *location)
    }

    /// Whether a version of a part is one that the saga has not learned. What it has not asked for is no news.
    pub fn is_news(&self, part: Part, version: u32) -> bool {
        let seen = match part {
            Part::Reservation(id) => self.reservations.iter().find(|one| one.id == id).map(|one| one.seen),
            Part::Payment(id) => self.payments.iter().find(|one| one.id == id).map(|one| one.seen),
            Part::Fulfilment(id) => self.fulfilments.iter().find(|one| one.id == id).map(|one| one.seen),
        };
        seen.is_some_and(|seen| seen < version)
    }

    /// How many locations have rejected it.
    pub(super) fn rejections(&self) -> usize {
        self.fulfilments.iter().filter(|part| part.status == FulfilmentStatus::Rejected).count()
    }

    /// How many of its reservations have expired although they were needed.
    pub(super) fn expiries(&self) -> usize {
        self.reservations.iter().filter(|part| part.status == ReservationStatus::Expired).count()
    }

    /// Whether a location has rejected the order since people last wanted all to be asked again.
    pub(super) fn has_rejected(&self, location: &LocationId) -> bool {
        let rejected = self.fulfilments.iter().filter(|part| part.status == FulfilmentStatus::Rejected);
        let is_there = |part: &FulfilmentPart| {
            self.reservations.iter().any(|one| one.id == part.reservation && one.location == *location)
        };
        rejected.skip(self.rejections_forgiven).any(is_there)
    }

    /// The id of the next reservation.
    pub(super) fn next_reservation(&self) -> ReservationId {
        ReservationId::of(self.order, number(self.reservations.len()))
    }

    /// The id of the next payment.
    pub(super) fn next_payment(&self) -> PaymentId {
        PaymentId::of(self.order, number(self.payments.len()))
    }

    /// The id of the next fulfilment.
    pub(super) fn next_fulfilment(&self) -> FulfilmentId {
        FulfilmentId::of(self.order, number(self.fulfilments.len()))
    }
}

/// The number of the next after so many.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX - 1) + 1
}
