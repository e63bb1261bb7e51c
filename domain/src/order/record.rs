//! What an event changes in how far an order has come.

use super::ledger::{PaymentState, together};
use super::progress::{FulfilmentState, Holders, Note, Progress, ReservationState, Screening};
use super::values::LineChange;
use super::{
    FulfilmentCancelled, FulfilmentPlanned, OrderEvent, PaymentAuthorized, ShipmentDelivered, ShipmentDispatched,
    ShipmentLost, StockReserved,
};
use crate::{FulfilmentId, Money, PaymentId, ReservationId};

impl Progress {
    /// Folds an event that leaves the order's state as it is. `None` for one that cannot follow.
    #[must_use]
    pub(super) fn record(&mut self, event: &OrderEvent) -> Option<()> {
        use OrderEvent as E;
        match event {
            E::OrderHeld(event) => self.holds.push(event.hold),
            E::HoldReleased(event) => self.holds.retain(|hold| *hold != event.hold),
            E::FraudScreened(event) => {
                let (outcome, score, reasons) = (event.outcome, event.score, event.reasons.clone());
                self.screening = Some(Screening { outcome, score, reasons });
            }
            E::NoteAdded(event) => {
                self.notes = self.notes.saturating_add(1);
                self.last_note = Some(Note { note: event.note.clone(), at: event.at });
            }
            E::LinesCancelled(event) => return self.apply_all(&event.changes, Holders::default()),
            E::ExceptionRaised(_) => {}
            E::StockReserved(event) => return self.reserved(event),
            E::StockReservationFailed(event) => {
                let state = ReservationState::Failed;
                self.reservation_entry(event.reservation, state).state = state;
            }
            E::StockReservationExpired(event) => {
                return self.given_back(event.reservation, ReservationState::Expired, &event.changes);
            }
            E::StockReleased(event) => {
                return self.given_back(event.reservation, ReservationState::Released, &event.changes);
            }
            E::FulfilmentPlanned(event) => return self.planned(event),
            E::FulfilmentCancelled(event) => return self.fulfilment_cancelled(event),
            E::ShipmentDispatched(event) => return self.dispatched(event),
            E::ShipmentDelivered(ShipmentDelivered { fulfilment, changes, .. }) => {
                return self.arrived(*fulfilment, FulfilmentState::Delivered, changes);
            }
            E::ShipmentLost(ShipmentLost { fulfilment, changes, .. }) => {
                return self.arrived(*fulfilment, FulfilmentState::Lost, changes);
            }
            event => return self.record_payment(event),
        }
        Some(())
    }

    fn record_payment(&mut self, event: &OrderEvent) -> Option<()> {
        use OrderEvent as E;
        match event {
            E::PaymentActionRequired(event) => self.payment_entry(event.payment).state = PaymentState::RequiresAction,
            E::PaymentFailed(event) => {
                let payment = self.payment_entry(event.payment);
                payment.state = PaymentState::Failed;
                payment.failure = Some(event.code.clone());
            }
            E::PaymentAuthorized(event) => self.authorized(event),
            E::AuthorizationVoided(event) => self.voided(event.payment, event.amount),
            E::PaymentCaptured(event) => self.payment_entry(event.payment).captured = Some(event.captured),
            E::RefundIssued(event) => self.payment_entry(event.payment).refunded = Some(event.refunded),
            E::ChargebackReceived(event) => self.payment_entry(event.payment).charged_back = Some(event.charged_back),
            _ => return None,
        }
        Some(())
    }

    fn apply_all(&mut self, changes: &[LineChange], holders: Holders) -> Option<()> {
        changes.iter().try_for_each(|change| self.apply(change, holders))
    }

    fn reserved(&mut self, event: &StockReserved) -> Option<()> {
        let state = ReservationState::Reserved;
        let known = self.reservation_entry(event.reservation, state);
        known.state = state;
        known.location = Some(event.location.clone());
        let holders = Holders { reservation: Some(event.reservation), fulfilment: None };
        self.apply_all(&event.changes, holders)
    }

    fn given_back(&mut self, id: ReservationId, state: ReservationState, changes: &[LineChange]) -> Option<()> {
        self.reservation_entry(id, state).state = state;
        self.apply_all(changes, Holders { reservation: Some(id), fulfilment: None })
    }

    fn planned(&mut self, event: &FulfilmentPlanned) -> Option<()> {
        let known = self.fulfilment_entry(event.fulfilment, FulfilmentState::Planned);
        known.reservation = Some(event.reservation);
        known.location = Some(event.location.clone());
        self.apply_all(&event.changes, self.holders_of(event.fulfilment))
    }

    fn fulfilment_cancelled(&mut self, event: &FulfilmentCancelled) -> Option<()> {
        let state = FulfilmentState::Cancelled;
        self.fulfilment_entry(event.fulfilment, state).state = state;
        self.apply_all(&event.changes, self.holders_of(event.fulfilment))
    }

    fn dispatched(&mut self, event: &ShipmentDispatched) -> Option<()> {
        let state = FulfilmentState::Dispatched;
        let known = self.fulfilment_entry(event.fulfilment, state);
        known.state = state;
        known.is_dispatched = true;
        self.apply_all(&event.changes, self.holders_of(event.fulfilment))
    }

    fn arrived(&mut self, id: FulfilmentId, state: FulfilmentState, changes: &[LineChange]) -> Option<()> {
        self.fulfilment_entry(id, state).state = state;
        self.apply_all(changes, self.holders_of(id))
    }

    /// A fulfilment with the reservation that it sends from.
    pub(super) fn holders_of(&self, id: FulfilmentId) -> Holders {
        let reservation = self.fulfilment(id).and_then(|known| known.reservation);
        Holders { reservation, fulfilment: Some(id) }
    }

    fn authorized(&mut self, event: &PaymentAuthorized) {
        let payment = self.payment_entry(event.payment);
        payment.state = PaymentState::Authorized;
        payment.authorized = Some(event.authorized);
        payment.expires_at = event.expires_at;
    }

    fn voided(&mut self, id: PaymentId, amount: Money) {
        let payment = self.payment_entry(id);
        payment.state = PaymentState::Voided;
        payment.voided = Some(together(payment.voided, amount));
    }
}
