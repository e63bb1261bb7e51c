//! Choosing the location by comparison.

use crate::LocationId;

use super::super::super::event::{OrderSagaEvent, RouteChosen, StockAwaited, StockRequested};
use super::super::super::policy::{Routing, after};
use super::super::super::routing::route;
use super::super::super::state::{ReservationStatus, Saga};
use super::super::overdue::Asking;
use super::super::stage::Stage;

impl Asking<'_> {
    /// Asks a location for the stock.
    pub(super) fn reserve_at(&self, location: &LocationId) -> Stage {
        let saga = self.saga;
        Stage::next(
            StockRequested {
                reservation: saga.next_reservation(),
                location: location.clone(),
                lines: saga.lines.clone(),
                hold_for_s: saga.policy.stock_hold_s,
                attempt: 1,
                due: self.due(1),
                at: self.at,
            }
            .into(),
        )
    }

    /// Waits for stock, which is looked for again.
    pub(super) fn await_stock(&self) -> Stage {
        let saga = self.saga;
        let next_try = after(self.at, saga.policy.stock_retry_s.max(1));
        let until = saga.stock_wait.map_or_else(|| after(self.at, saga.policy.stock_wait_s), |wait| wait.until);
        Stage::next(OrderSagaEvent::StockAwaited(StockAwaited { next_try, until, at: self.at }))
    }

    /// Asks the location that was chosen last, or chooses one. It waits where the locations are not known at the moment: a wake-up that
    /// is due brings them along.
    pub(super) fn reserve_at_best_location(&self, is_tried: impl Fn(&LocationId) -> bool) -> Stage {
        match self.saga.route.as_ref().filter(|route| !route.is_used) {
            Some(route) => match &route.location {
                Some(location) => self.reserve_at(location),
                None => self.await_stock(),
            },
            None => match self.candidates {
                Some(candidates) => {
                    let candidates = route(candidates, is_tried);
                    let chosen = candidates.iter().find(|one| one.left_out.is_none());
                    let location = chosen.map(|one| one.candidate.location.clone());
                    let chosen = RouteChosen { location, candidates, at: self.at };
                    Stage::next(OrderSagaEvent::RouteChosen(chosen))
                }
                None => Stage::Wait,
            },
        }
    }
}

/// Whether the saga cannot go on before the locations are compared. Where it waits for stock, the next try compares them.
pub(super) fn is_awaited(saga: &Saga) -> bool {
    if saga.policy.routing != Routing::Best {
        return false;
    }
    let is_unreserved = saga.reservations.last().is_none_or(|part| {
        matches!(part.status, ReservationStatus::Refused | ReservationStatus::Released | ReservationStatus::Expired)
    });
    let waits_for_stock = saga.stock_wait.is_some_and(|wait| wait.tried >= saga.reservations.len());
    let is_chosen = saga.route.as_ref().is_some_and(|route| !route.is_used);
    is_unreserved && !is_chosen && !waits_for_stock && !saga.goods_have_left()
}
