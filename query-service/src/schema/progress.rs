//! What happens to an order once it is placed: money, goods, notes and what contradicts it.

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use read_models::{ExceptionView, FulfilledLine, NoteView, OrderFulfilmentView, PaymentView, RejectionView};
use uuid::Uuid;

use super::money::Money;
use super::scalars::Long;
use crate::output::object;

/// A kind of hold: why an order must not go on for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order::HoldKind")]
pub enum HoldKind {
    /// A person has to look at what the screening for fraud found.
    Fraud,
    /// The customer has to do something for the payment.
    PaymentAction,
    /// The goods cannot be sent to the address as it is.
    Address,
    /// There is not enough of what was ordered.
    Stock,
    /// Somebody edits the order.
    Edit,
    /// Somebody stopped it by hand.
    Manual,
}

/// How far an order is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order::PaymentStatus")]
pub enum PaymentStatus {
    /// Nothing was authorised yet.
    Pending,
    /// The customer has to do something.
    RequiresAction,
    /// The last attempt failed.
    Failed,
    /// The provider let go of what it had set aside.
    Voided,
    /// Money is set aside, and none was captured.
    Authorized,
    /// Some of what is to be paid was captured.
    PartiallyCaptured,
    /// All of what is to be paid was captured.
    Captured,
    /// Some of what was captured was paid back.
    PartiallyRefunded,
    /// All of what was captured was paid back.
    Refunded,
    /// The customer's bank took money back.
    ChargedBack,
}

/// How far an order is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order::FulfilmentStatus")]
pub enum FulfilmentStatus {
    /// No location has to send anything yet.
    Unfulfilled,
    /// Locations have to send pieces, and have sent none.
    InProgress,
    /// Some of what was not cancelled has left.
    PartiallyShipped,
    /// Everything that was not cancelled has left.
    Shipped,
    /// Some of what was not cancelled has arrived.
    PartiallyDelivered,
    /// Everything that was not cancelled has arrived.
    Delivered,
}

/// What a payment of an order waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order::PaymentState")]
pub enum OrderPaymentState {
    /// It was not authorised yet.
    Pending,
    /// The customer has to do something.
    RequiresAction,
    /// The provider set money aside.
    Authorized,
    /// The last attempt failed.
    Failed,
    /// The provider let go of what it had set aside.
    Voided,
}

/// What has become of a fulfilment of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order::FulfilmentState")]
pub enum OrderFulfilmentState {
    /// A location has to send it.
    Planned,
    /// It has left.
    Dispatched,
    /// It has arrived.
    Delivered,
    /// It will not arrive.
    Lost,
    /// It will not be sent.
    Cancelled,
}

impl PaymentStatus {
    /// The status of a column.
    pub fn of(column: Option<&str>) -> Option<Self> {
        let known = domain::order::PaymentStatus::ALL.into_iter();
        column.and_then(|name| known.into_iter().find(|status| status.as_str() == name)).map(Self::from)
    }
}

impl FulfilmentStatus {
    /// The status of a column.
    pub fn of(column: Option<&str>) -> Option<Self> {
        let known = domain::order::FulfilmentStatus::ALL.into_iter();
        column.and_then(|name| known.into_iter().find(|status| status.as_str() == name)).map(Self::from)
    }
}

impl HoldKind {
    /// The kind's name, as columns have it.
    pub fn name(self) -> &'static str {
        let item = <Self as async_graphql::resolver_utils::EnumType>::items().iter().find(|item| item.value == self);
        item.expect("every value is listed").name
    }

    /// What holds an order of a column.
    pub fn of(column: Option<&str>) -> Vec<Self> {
        let names: Vec<_> = read_models::Holds::of(column).names().collect();
        let kinds = domain::order::HoldKind::ALL.map(Self::from);
        kinds.into_iter().filter(|kind| names.contains(&kind.name())).collect()
    }
}

/// A payment.
pub struct OrderPayment<'a> {
    pub payment: PaymentView,
    pub currency: &'a str,
}

object! {
    /// A payment of an order, as the order knows it. Amounts are sums of everything so far.
    OrderPayment for OrderPayment<'_> as it {
        /// The id of the payment, a UUID.
        paymentId: Uuid => it.payment.payment_id,
        /// What the payment waits for.
        state: OrderPaymentState => it.payment.state.into(),
        /// What was authorised.
        authorized: Money<'_> => Money::new(it.payment.authorized, it.currency),
        /// What was authorised and let go of again.
        voided: Money<'_> => Money::new(it.payment.voided, it.currency),
        /// What was captured.
        captured: Money<'_> => Money::new(it.payment.captured, it.currency),
        /// What was paid back.
        refunded: Money<'_> => Money::new(it.payment.refunded, it.currency),
        /// What the customer's bank took back.
        chargedBack: Money<'_> => Money::new(it.payment.charged_back, it.currency),
        /// When the provider lets go of what it has authorised, where known.
        expiresAt: Option<DateTime<Utc>> => it.payment.expires_at,
        /// The provider's code for the last failure; null if there was none.
        failure: Option<&str> => it.payment.failure.as_deref(),
    }
}

/// A fulfilment.
pub struct OrderFulfilment(pub OrderFulfilmentView);

object! {
    /// What a location has to send of an order, as the order knows it.
    OrderFulfilment for OrderFulfilment as it {
        /// The id of the fulfilment, a UUID.
        fulfilmentId: Uuid => it.0.fulfilment_id,
        /// What has become of it.
        state: OrderFulfilmentState => it.0.state.into(),
        /// The reservation that it sends from, a UUID; null if it was not planned.
        reservationId: Option<Uuid> => it.0.reservation_id,
        /// The location that sends it; null if it was not planned.
        location: Option<&str> => it.0.location.as_deref(),
        /// What it has to send, and what it has sent once it was dispatched.
        lines: Vec<FulfilmentLine<'_>> => it.0.lines.iter().map(FulfilmentLine).collect(),
        /// The carrier of the shipment.
        carrier: Option<&str> => it.0.carrier.as_deref(),
        /// The carrier's number of the shipment.
        trackingNumber: Option<&str> => it.0.tracking.as_deref(),
        /// When it left.
        dispatchedAt: Option<DateTime<Utc>> => it.0.dispatched_at,
        /// When it arrived.
        deliveredAt: Option<DateTime<Utc>> => it.0.delivered_at,
    }
}

/// Pieces of a line in a fulfilment.
struct FulfilmentLine<'a>(&'a FulfilledLine);

object! {
    /// Pieces of a line in a fulfilment.
    FulfilmentLine for FulfilmentLine<'_> as line {
        /// The id of the line, unique within the order.
        lineId: Uuid => line.0.line_id,
        /// The SKU of the product.
        sku: &str => &line.0.sku,
        /// The number of pieces.
        quantity: Long => Long(line.0.quantity),
    }
}

/// A rejection.
pub struct Rejection {
    pub at: DateTime<Utc>,
    pub why: RejectionView,
}

object! {
    /// When and why an order was rejected.
    Rejection for Rejection as rejection {
        /// When the order was rejected.
        at: DateTime<Utc> => rejection.at,
        /// The reason: `FRAUD`, `PAYMENT`, `STOCK` or `STAFF`.
        reason: &str => &rejection.why.reason,
        /// The reason in the words of the person who rejected the order.
        note: Option<&str> => rejection.why.note.as_deref(),
    }
}

/// A note.
pub struct OrderNote(pub NoteView);

object! {
    /// A note on an order. Whoever sees the order sees it.
    OrderNote for OrderNote as note {
        /// What it says.
        note: &str => &note.0.note,
        /// When it was written.
        at: DateTime<Utc> => note.0.at,
    }
}

/// An exception.
pub struct OrderException(pub ExceptionView);

object! {
    /// Something that has happened and contradicts the order.
    OrderException for OrderException as exception {
        /// The kind of contradiction, such as `SHIPPED_WHILE_HELD`.
        kind: &str => &exception.0.kind,
        /// What is wrong.
        detail: &str => &exception.0.detail,
        /// When it was found.
        at: DateTime<Utc> => exception.0.at,
    }
}
