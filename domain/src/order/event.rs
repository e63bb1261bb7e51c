//! The events of an order, as they are stored and as they are published. Released schemas change only through an upcaster.

use crate::contract::declare_events;
use crate::reservation::Shortage;
use crate::upcast::Upcaster;
use crate::{
    Address, Carrier, CountryCode, Currency, CustomerId, ExternalReference, FulfilmentId, ImportSource, LineId,
    LocationId, Money, OrderId, OrderNumber, PaymentId, Quantity, Reason, ReservationId, SubjectId, TenantId,
    Timestamp, TrackingNumber,
};

use super::OrderState;
use super::shapes::{PieceState, noted, pieces, pieces_to, words};
use super::values::{
    AddressKind, CancelReason, ExceptionKind, HoldKind, Line, LineChange, OrderKind, RejectionReason, ScreeningOutcome,
    SkuPieces,
};

declare_events! {
    kind "order" stream order_id: OrderId namespace "orders.order.v1";
    /// An event of an order's stream.
    stored OrderEvent upcasters [with_contact("AddressChanged"), with_contact("OrderPlaced")];
    /// A record of the order topic.
    public PublicEvent;

    /// A draft was created.
    OrderDrafted "1.0" [
        tenant: TenantId,
    ] {
        customer: Option<CustomerId>,
        /// Of all amounts of the order.
        currency: Currency,
    }
    says |event| format!("Draft begun in {}", event.currency);

    /// A line was added to a draft.
    LineAdded "1.0" {
        line: Line,
    }
    says |event| format!("Added {}", event.line);

    /// A line's quantity was changed.
    LineQuantityChanged "1.0" {
        line_id: LineId,
        quantity: Quantity,
        total: Money,
    }
    says |event| format!("Line {} changed to {} pieces for {}", event.line_id, event.quantity, event.total);

    /// A line was removed.
    LineRemoved "1.0" {
        line_id: LineId,
    }
    says |event| format!("Line {} removed", event.line_id);

    /// An address was set or replaced.
    AddressChanged "1.1" {
        role as "kind": AddressKind,
        /// Sealed, except the country.
        address: Address,
    }
    says |event| format!("{:?} address set, country {}", event.role, event.address.country);

    /// The customer placed the order. Lines, prices and addresses are frozen as recorded here.
    OrderPlaced "1.1" {
        number: OrderNumber,
        lines: Vec<Line>,
        /// The sum of the line totals.
        total: Money,
        shipping_address: Address,
        /// `None` where it is the shipping address.
        billing_address: Option<Address>,
    }
    says |event| format!("Placed as {} with {} lines for {}", event.number, event.lines.len(), event.total);

    /// The order was cancelled.
    OrderCancelled "1.0" {
        reason: CancelReason,
        /// In the words of the person who cancelled.
        note: Option<Reason>,
    }
    says |event| format!("Cancelled, reason {}{}", words(event.reason), noted(event.note.as_deref()));

    /// Nobody changed or placed the draft for too long.
    OrderExpired "1.0" {}
    says |_event| "Draft expired".to_owned();

    /// An order of another system was imported, without side effects.
    OrderImported "1.0" as ImportedOrder [
        tenant: TenantId,
        source: ImportSource,
        /// The order's name in the source.
        reference: ExternalReference,
        number: OrderNumber,
        /// A sale, or a credit that takes one back.
        kind: OrderKind,
        /// The reference of the sale that a credit takes back, where the source names it.
        credit_of: Option<ExternalReference>,
        customer: Option<CustomerId>,
        /// Country of the shipping address, where known.
        country: Option<CountryCode>,
        /// Its lines; quantities and totals are positive in a credit too.
        lines: Vec<Line>,
        /// The sum of the line totals; positive in a credit too.
        total: Money,
        /// When the order was placed in its source.
        placed_at: Timestamp,
    ] {}
    says |event| format!("Imported from {} as {event}", event.source);

    /// An imported order was replaced by a corrected one of the same reference. What it was before stays in the history.
    OrderImportCorrected "1.0" as ImportedOrder [
        /// The whole order from now on, as if it had been imported so at first.
        order: OrderImported,
    ] {}
    says |event| format!("Import from {} corrected to {event}", event.source);

    /// The key that the order's personal data is sealed under was destroyed, here and in every copy. Whoever keeps personal data
    /// of this order in the clear has to forget it.
    SubjectErased "1.0" {
        /// Whose key: the order's customer, or the order itself where it has none. It was destroyed before `at`.
        subject: SubjectId,
    }
    says |_event| "Personal data erased: its key was destroyed".to_owned();

    /// The order must not go on for now.
    OrderHeld "1.0" {
        hold: HoldKind,
        /// In the words of whoever held it.
        note: Option<Reason>,
    }
    says |event| format!("Held: {}{}", words(event.hold), noted(event.note.as_deref()));

    /// A hold was taken away.
    HoldReleased "1.0" {
        hold: HoldKind,
    }
    says |event| format!("No longer held: {}", words(event.hold));

    /// A location set stock aside for the order.
    StockReserved "1.0" {
        reservation: ReservationId,
        location: LocationId,
        /// The pieces that are reserved or backordered from now on.
        changes: Vec<LineChange>,
        /// What the order has no open pieces for.
        unmatched: Vec<SkuPieces>,
    }
    says |event| format!("{} pieces reserved at {}", pieces(&event.changes), event.location);

    /// A location had not enough, and set nothing aside.
    StockReservationFailed "1.0" {
        reservation: ReservationId,
        location: LocationId,
        /// The SKUs of which there is not enough; none for another reason.
        shortages: Vec<Shortage>,
    }
    says |event| format!("Nothing reserved at {}: {} SKUs short", event.location, event.shortages.len());

    /// A reservation's time was over, and what it held of the order is open again.
    StockReservationExpired "1.0" {
        reservation: ReservationId,
        changes: Vec<LineChange>,
    }
    says |event| format!("Reservation of {} pieces expired", pieces(&event.changes));

    /// A reservation was given back.
    StockReleased "1.0" {
        reservation: ReservationId,
        changes: Vec<LineChange>,
    }
    says |event| format!("Reservation of {} pieces released", pieces(&event.changes));

    /// The order was screened for fraud.
    FraudScreened "1.0" {
        outcome: ScreeningOutcome,
        /// The higher, the more suspicious.
        score: u32,
        /// What the score is made of.
        reasons: Vec<Reason>,
    }
    says |event| format!("Screened for fraud: {}, score {}", words(event.outcome), event.score);

    /// The customer has to do something before the payment can be authorised.
    PaymentActionRequired "1.0" {
        payment: PaymentId,
    }
    says |_event| "Payment waits for the customer".to_owned();

    /// The payment provider set money aside.
    PaymentAuthorized "1.0" {
        payment: PaymentId,
        /// By how much it is more than before.
        amount: Money,
        /// In all.
        authorized: Money,
        /// When the provider lets go of it, where known.
        expires_at: Option<Timestamp>,
    }
    says |event| format!("Payment of {} authorised", event.authorized);

    /// An attempt to pay failed. Another one may follow.
    PaymentFailed "1.0" {
        payment: PaymentId,
        /// The provider's code for the reason.
        code: Reason,
    }
    says |event| format!("Payment failed: {}", event.code);

    /// Money was taken.
    PaymentCaptured "1.0" {
        payment: PaymentId,
        /// By how much it is more than before.
        amount: Money,
        /// In all.
        captured: Money,
    }
    says |event| format!("{} captured, {} in all", event.amount, event.captured);

    /// The payment provider let go of what was authorised and not captured.
    AuthorizationVoided "1.0" {
        payment: PaymentId,
        /// What it let go of.
        amount: Money,
    }
    says |event| match event.amount.minor {
        // The payment was never authorised.
        0 => "Payment given up".to_owned(),
        _ => format!("Authorisation of {} voided", event.amount),
    };

    /// Money was paid back.
    RefundIssued "1.0" {
        payment: PaymentId,
        /// By how much it is more than before.
        amount: Money,
        /// In all.
        refunded: Money,
    }
    says |event| format!("{} refunded, {} in all", event.amount, event.refunded);

    /// The customer's bank took money back.
    ChargebackReceived "1.0" {
        payment: PaymentId,
        /// By how much it is more than before.
        amount: Money,
        /// In all.
        charged_back: Money,
    }
    says |event| format!("{} charged back, {} in all", event.amount, event.charged_back);

    /// The merchant committed to the order.
    OrderConfirmed "1.0" {}
    says |_event| "Confirmed".to_owned();

    /// The merchant does not take the order.
    OrderRejected "1.0" {
        reason: RejectionReason,
        /// In the words of whoever rejected it.
        note: Option<Reason>,
    }
    says |event| format!("Rejected, reason {}{}", words(event.reason), noted(event.note.as_deref()));

    /// A location has to send pieces of the order.
    FulfilmentPlanned "1.0" {
        fulfilment: FulfilmentId,
        /// The reservation that the pieces are taken from.
        reservation: ReservationId,
        location: LocationId,
        changes: Vec<LineChange>,
        /// What the reservation holds nothing of for the order.
        unmatched: Vec<SkuPieces>,
    }
    says |event| format!("{} pieces to be sent from {}", pieces(&event.changes), event.location);

    /// A location will not send what was planned.
    FulfilmentCancelled "1.0" {
        fulfilment: FulfilmentId,
        changes: Vec<LineChange>,
    }
    says |event| format!("Fulfilment of {} pieces cancelled", pieces(&event.changes));

    /// Goods left a location.
    ShipmentDispatched "1.0" {
        fulfilment: FulfilmentId,
        /// What was sent, and what was planned and left behind.
        changes: Vec<LineChange>,
        /// What the order has no pieces for.
        unmatched: Vec<SkuPieces>,
        carrier: Carrier,
        tracking: TrackingNumber,
    }
    says |event| format!(
        "{} pieces sent with {}, {}",
        pieces_to(PieceState::Shipped, &event.changes),
        event.carrier,
        event.tracking
    );

    /// Goods reached the customer.
    ShipmentDelivered "1.0" {
        fulfilment: FulfilmentId,
        changes: Vec<LineChange>,
    }
    says |event| format!("{} pieces delivered", pieces(&event.changes));

    /// Goods will not reach the customer. Their pieces are open again: to be sent once more, or cancelled.
    ShipmentLost "1.0" {
        fulfilment: FulfilmentId,
        changes: Vec<LineChange>,
    }
    says |event| format!("{} pieces lost", pieces(&event.changes));

    /// Pieces of the order will not be sent.
    LinesCancelled "1.0" {
        changes: Vec<LineChange>,
        reason: CancelReason,
        /// In the words of whoever cancelled them.
        note: Option<Reason>,
    }
    says |event| format!(
        "{} pieces cancelled, reason {}{}",
        pieces(&event.changes),
        words(event.reason),
        noted(event.note.as_deref())
    );

    /// All that was not cancelled has been delivered.
    OrderCompleted "1.0" {}
    says |_event| "Completed".to_owned();

    /// Somebody wrote a note.
    NoteAdded "1.0" {
        note: Reason,
    }
    says |event| format!("Note: {}", event.note);

    /// What was recorded before contradicts the order. Somebody, or something, has to put it right.
    ExceptionRaised "1.0" {
        kind: ExceptionKind,
        /// What is wrong, for people.
        detail: Reason,
    }
    says |event| format!("Exception: {}", event.detail);
}

impl OrderEvent {
    /// The number that the order has from this event on, where it had another one or none before.
    pub fn number_given(&self, before: &OrderState) -> Option<&OrderNumber> {
        let number = match self {
            Self::OrderPlaced(event) => &event.number,
            Self::OrderImported(event) => &event.number,
            Self::OrderImportCorrected(event) => &event.order.number,
            _ => return None,
        };
        (before.number() != Some(number)).then_some(number)
    }
}

/// Version 1.1 may have an address's contact apart. A body of 1.0 stays as it is: its contact lies within the details. The version
/// tells releases that know no contact that they would lose it.
const fn with_contact(event_type: &'static str) -> Upcaster {
    Upcaster { event_type, from: "1.0", to: "1.1", lift: Ok }
}

#[cfg(test)]
mod tests;
