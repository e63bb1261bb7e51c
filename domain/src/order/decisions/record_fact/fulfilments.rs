//! Facts of fulfilments before they ship.

use crate::order::progress::{FulfilmentState, ReservationState};
use crate::order::{ExceptionKind, FulfilmentCancelled, FulfilmentPlanned, OrderEvent, PieceState, SkuPieces};
use crate::{FulfilmentId, LocationId, ReservationId};

use super::recording::{Recording, beyond, unmatched};

impl Recording<'_> {
    pub(super) fn fulfilment_planned(
        &self,
        fulfilment: FulfilmentId,
        reservation: ReservationId,
        location: LocationId,
        lines: &[SkuPieces],
    ) -> Vec<OrderEvent> {
        let known = self.progress.fulfilment(fulfilment);
        if known.is_some_and(|known| known.reservation.is_some()) {
            return Vec::new();
        }
        let came_late = known.is_some();
        let mut progress = self.progress.clone();
        progress.fulfilment_entry(fulfilment, FulfilmentState::Planned).reservation = Some(reservation);
        let holders = progress.holders_of(fulfilment);
        let mut matching = self.matching(progress, holders);
        let mut rest = Vec::new();
        for line in lines {
            let sources = if came_late { &[][..] } else { &[PieceState::Reserved, PieceState::Backordered] };
            let missing = sources.iter().fold(line.quantity.into(), |missing, from| {
                matching.sku(&line.sku, missing, *from, PieceState::InFulfilment)
            });
            rest.extend(unmatched(&line.sku, missing, line.backordered.min(missing)));
        }
        let changes = matching.changes;
        let exception = if came_late {
            let detail = "a fulfilment was planned that had been cancelled, or had shipped";
            Some(self.exception(ExceptionKind::UnexpectedFulfilment, detail))
        } else if !self.state.is_open() {
            Some(self.exception_of_state(ExceptionKind::UnexpectedFulfilment, "a fulfilment was planned"))
        } else if !rest.is_empty() {
            let detail = format!("{} are to be sent that the reservation does not hold", beyond(&rest));
            Some(self.exception(ExceptionKind::MoreThanReserved, &detail))
        } else {
            None
        };
        let planned = FulfilmentPlanned { fulfilment, reservation, location, changes, unmatched: rest, at: self.at };
        std::iter::once(OrderEvent::FulfilmentPlanned(planned)).chain(exception).collect()
    }

    /// Its pieces go back to the reservation, as far as that still holds stock.
    pub(super) fn fulfilment_cancelled(&self, fulfilment: FulfilmentId) -> Vec<OrderEvent> {
        let known = self.progress.fulfilment(fulfilment);
        if known.is_some_and(|known| known.state == FulfilmentState::Cancelled) {
            return Vec::new();
        }
        let holders = self.progress.holders_of(fulfilment);
        let reservation = holders.reservation.and_then(|id| self.progress.reservation(id));
        let is_held = reservation.is_some_and(|known| known.state == ReservationState::Reserved);
        let mut matching = self.matching(self.progress.clone(), holders);
        matching.all(PieceState::InFulfilment, if is_held { PieceState::Reserved } else { self.given_back() });
        let changes = matching.changes;
        let exception = known.is_some_and(|known| known.is_dispatched).then(|| {
            self.exception(ExceptionKind::UnexpectedFulfilment, "a fulfilment was cancelled that had shipped")
        });
        let cancelled = FulfilmentCancelled { fulfilment, changes, at: self.at };
        std::iter::once(OrderEvent::FulfilmentCancelled(cancelled)).chain(exception).collect()
    }
}
