//! Facts of goods that have left.

use crate::order::ledger::minor;
use crate::order::progress::{FulfilmentState, Progress};
use crate::order::{
    ExceptionKind, LineChange, OrderEvent, OrderState, PieceState, ShipmentDelivered, ShipmentDispatched, ShipmentLost,
    SkuPieces,
};
use crate::{Carrier, FulfilmentId, Money, TrackingNumber};

use super::recording::{Recording, beyond, unmatched};

/// Where pieces that have left are taken from: those that were to be sent, then those that could have been.
const SENT_FROM: [PieceState; 4] =
    [PieceState::InFulfilment, PieceState::Reserved, PieceState::Backordered, PieceState::Open];
/// The same of other reservations: the fulfilment's own may have expired and been replaced.
const SENT_FROM_OTHERS: [PieceState; 2] = [PieceState::Reserved, PieceState::Backordered];

impl Recording<'_> {
    /// A fulfilment ships at once: what it leaves behind is open again.
    pub(super) fn shipment_dispatched(
        &self,
        fulfilment: FulfilmentId,
        lines: &[SkuPieces],
        carrier: Carrier,
        tracking: TrackingNumber,
    ) -> Vec<OrderEvent> {
        let known = self.progress.fulfilment(fulfilment);
        if known.is_some_and(|known| known.is_dispatched) {
            return Vec::new();
        }
        let mut progress = self.progress.clone();
        progress.fulfilment_entry(fulfilment, FulfilmentState::Dispatched);
        let holders = progress.holders_of(fulfilment);
        let mut matching = self.matching(progress, holders);
        let mut rest = Vec::new();
        for line in lines {
            let missing = SENT_FROM.iter().fold(line.quantity.into(), |missing, from| {
                matching.sku(&line.sku, missing, *from, PieceState::Shipped)
            });
            let missing = SENT_FROM_OTHERS.iter().fold(missing, |missing, from| {
                matching.sku_of_any_reservation(&line.sku, missing, *from, PieceState::Shipped)
            });
            let missing = matching.sku(&line.sku, missing, PieceState::Cancelled, PieceState::Shipped);
            rest.extend(unmatched(&line.sku, missing, crate::Pieces::ZERO));
        }
        matching.all(PieceState::InFulfilment, self.given_back());
        let (changes, after) = (matching.changes, matching.progress);
        let mut exceptions = self.contradictions(fulfilment, &after);
        if !rest.is_empty() {
            let detail = format!("{} were sent that the order does not have", beyond(&rest));
            exceptions.push(self.exception(ExceptionKind::MoreThanOrdered, &detail));
        }
        let at = self.at;
        let dispatched = ShipmentDispatched { fulfilment, changes, unmatched: rest, carrier, tracking, at };
        std::iter::once(OrderEvent::ShipmentDispatched(dispatched)).chain(exceptions).collect()
    }

    pub(super) fn shipment_delivered(&self, fulfilment: FulfilmentId) -> Vec<OrderEvent> {
        let from = [PieceState::InFulfilment, PieceState::Shipped];
        let found = self.arrived(fulfilment, FulfilmentState::Delivered, &from, PieceState::Delivered);
        let Some((changes, exception)) = found else { return Vec::new() };
        let delivered = ShipmentDelivered { fulfilment, changes, at: self.at };
        std::iter::once(OrderEvent::ShipmentDelivered(delivered)).chain(exception).collect()
    }

    pub(super) fn shipment_lost(&self, fulfilment: FulfilmentId) -> Vec<OrderEvent> {
        let from = [PieceState::InFulfilment, PieceState::Shipped, PieceState::Delivered];
        let found = self.arrived(fulfilment, FulfilmentState::Lost, &from, self.given_back());
        let Some((changes, exception)) = found else { return Vec::new() };
        let lost = ShipmentLost { fulfilment, changes, at: self.at };
        std::iter::once(OrderEvent::ShipmentLost(lost)).chain(exception).collect()
    }

    /// What has become of a fulfilment's pieces. `None` where that is known.
    fn arrived(
        &self,
        fulfilment: FulfilmentId,
        end: FulfilmentState,
        from: &[PieceState],
        to: PieceState,
    ) -> Option<(Vec<LineChange>, Option<OrderEvent>)> {
        let state = self.progress.fulfilment(fulfilment).map(|known| known.state);
        if state == Some(end) {
            return None;
        }
        let mut matching = self.matching(self.progress.clone(), self.progress.holders_of(fulfilment));
        for from in from {
            matching.all(*from, to);
        }
        let exception = (state != Some(FulfilmentState::Dispatched)).then(|| {
            let before = state.map_or("not known".to_owned(), |state| format!("{state:?}").to_lowercase());
            let detail = format!("a shipment is {end:?} that was {before}").to_lowercase();
            self.exception(ExceptionKind::UnexpectedShipment, &detail)
        });
        Some((matching.changes, exception))
    }

    /// How a shipment contradicts the order.
    fn contradictions(&self, fulfilment: FulfilmentId, after: &Progress) -> Vec<OrderEvent> {
        let state = self.progress.fulfilment(fulfilment).map(|known| known.state);
        let mut found = Vec::new();
        if !matches!(self.state, OrderState::Confirmed(_)) {
            found.push(self.exception_of_state(ExceptionKind::UnexpectedShipment, "goods were sent"));
        } else if state != Some(FulfilmentState::Planned) {
            let detail = "goods were sent by a fulfilment that was not to send any";
            found.push(self.exception(ExceptionKind::UnexpectedShipment, detail));
        }
        if !self.progress.holds.is_empty() {
            let detail = format!("goods were sent in spite of {} holds", self.progress.holds.len());
            found.push(self.exception(ExceptionKind::ShippedWhileHeld, &detail));
        }
        let worth = self.state.draft().map_or(0, |draft| draft.worth_of_gone(after));
        let captured = |sum: i64, payment: &crate::order::PaymentLedger| {
            sum.saturating_add(minor(payment.captured, self.currency))
        };
        let captured = self.progress.payments.iter().fold(0, captured);
        if worth > captured {
            let (worth, captured) = (Money::new(worth, self.currency), Money::new(captured, self.currency));
            let detail = format!("goods worth {worth} were sent, and {captured} were captured");
            found.push(self.exception(ExceptionKind::ShippedBeforeCapture, &detail));
        }
        found
    }
}
