//! Facts of reservations, and of the screening for fraud.

use crate::order::progress::{Holders, Progress};
use crate::order::{
    ExceptionKind, FraudScreened, LineChange, OrderEvent, OrderState, PieceState, ReservationState, ScreeningOutcome,
    SkuPieces, StockReleased, StockReservationExpired, StockReservationFailed, StockReserved,
};
use crate::{LocationId, Pieces, Reason, ReservationId};

use super::recording::{Recording, beyond, unmatched};
use crate::reservation::Shortage;

impl Recording<'_> {
    pub(super) fn stock_reserved(
        &self,
        reservation: ReservationId,
        location: LocationId,
        lines: &[SkuPieces],
    ) -> Vec<OrderEvent> {
        let known = self.progress.reservation(reservation);
        if known.is_some_and(|known| known.location.is_some() && known.state != ReservationState::Failed) {
            return Vec::new();
        }
        let was_ended = known.is_some();
        let mut progress = self.progress.clone();
        progress.reservation_entry(reservation, ReservationState::Reserved);
        let mut matching = self.matching(progress, Holders { reservation: Some(reservation), fulfilment: None });
        let rest: Vec<_> = lines
            .iter()
            .filter_map(|line| {
                let backordered = line.backordered.min(line.quantity.into());
                let reserved = Pieces::from(line.quantity).saturating_sub(backordered);
                let missing = matching.sku(&line.sku, reserved, PieceState::Open, PieceState::Reserved);
                let missing_stock = matching.sku(&line.sku, backordered, PieceState::Open, PieceState::Backordered);
                let sum = missing.checked_add(missing_stock).expect("both are parts of one quantity");
                unmatched(&line.sku, sum, missing_stock)
            })
            .collect();
        let changes = matching.changes;
        let exception = if was_ended {
            Some(self.exception(ExceptionKind::UnexpectedStock, "stock was reserved by a reservation that had ended"))
        } else if !self.state.is_open() {
            Some(self.exception_of_state(ExceptionKind::UnexpectedStock, "stock was reserved"))
        } else if !rest.is_empty() {
            let detail = format!("{} were reserved that the order does not need", beyond(&rest));
            Some(self.exception(ExceptionKind::MoreThanOrdered, &detail))
        } else {
            None
        };
        let reserved = StockReserved { reservation, location, changes, unmatched: rest, at: self.at };
        std::iter::once(OrderEvent::StockReserved(reserved)).chain(exception).collect()
    }

    pub(super) fn reservation_failed(
        &self,
        reservation: ReservationId,
        location: LocationId,
        shortages: Vec<Shortage>,
    ) -> Vec<OrderEvent> {
        let known = self.progress.reservation(reservation);
        let failed = StockReservationFailed { reservation, location, shortages, at: self.at };
        let failed = OrderEvent::StockReservationFailed(failed);
        match known.map(|known| known.state) {
            None => vec![failed],
            Some(ReservationState::Failed) => Vec::new(),
            Some(ReservationState::Reserved) => {
                let (changes, _) = self.taken_back(reservation);
                let released = StockReleased { reservation, changes, at: self.at };
                let detail = "a reservation was refused that had been granted";
                let exception = self.exception(ExceptionKind::StockLost, detail);
                vec![OrderEvent::StockReleased(released), failed, exception]
            }
            Some(ReservationState::Expired | ReservationState::Released) => {
                let detail = "a reservation was refused that had ended";
                vec![failed, self.exception(ExceptionKind::UnexpectedStock, detail)]
            }
        }
    }

    pub(super) fn reservation_expired(&self, reservation: ReservationId) -> Vec<OrderEvent> {
        if self.has_ended(reservation) {
            return Vec::new();
        }
        let (changes, _) = self.taken_back(reservation);
        let is_planned = self.progress.fulfilments.iter().any(|known| {
            known.reservation == Some(reservation) && known.held.values().any(|held| !held.in_fulfilment.is_zero())
        });
        let is_lost = is_planned || (!changes.is_empty() && matches!(self.state, OrderState::Confirmed(_)));
        let exception = is_lost.then(|| self.exception_of_state(ExceptionKind::StockLost, "a reservation expired"));
        let expired = StockReservationExpired { reservation, changes, at: self.at };
        std::iter::once(OrderEvent::StockReservationExpired(expired)).chain(exception).collect()
    }

    pub(super) fn stock_released(&self, reservation: ReservationId) -> Vec<OrderEvent> {
        if self.has_ended(reservation) {
            return Vec::new();
        }
        let (changes, _) = self.taken_back(reservation);
        vec![OrderEvent::StockReleased(StockReleased { reservation, changes, at: self.at })]
    }

    pub(super) fn fraud_screened(
        &self,
        outcome: ScreeningOutcome,
        score: u32,
        reasons: Vec<Reason>,
    ) -> Vec<OrderEvent> {
        let is_known = self
            .progress
            .screening
            .as_ref()
            .is_some_and(|known| known.outcome == outcome && known.score == score && known.reasons == reasons);
        if is_known {
            return Vec::new();
        }
        let is_late = matches!(self.state, OrderState::Confirmed(_) | OrderState::Completed(_));
        let exception = (is_late && outcome == ScreeningOutcome::Reject)
            .then(|| self.exception_of_state(ExceptionKind::RejectedByScreening, "the screening found fraud"));
        let screened = FraudScreened { outcome, score, reasons, at: self.at };
        std::iter::once(OrderEvent::FraudScreened(screened)).chain(exception).collect()
    }

    fn has_ended(&self, reservation: ReservationId) -> bool {
        let state = self.progress.reservation(reservation).map(|known| known.state);
        matches!(state, Some(ReservationState::Expired | ReservationState::Released))
    }

    /// The changes that give back what a reservation holds, and the progress after them.
    fn taken_back(&self, reservation: ReservationId) -> (Vec<LineChange>, Progress) {
        let holders = Holders { reservation: Some(reservation), fulfilment: None };
        let mut matching = self.matching(self.progress.clone(), holders);
        for state in [PieceState::Reserved, PieceState::Backordered] {
            matching.all(state, self.given_back());
        }
        (matching.changes, matching.progress)
    }
}
