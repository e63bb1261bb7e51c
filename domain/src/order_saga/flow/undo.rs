//! Undoing an order: fulfilment first, then payment, then stock, each only when the one before is known to be done.

use super::super::asked::Asked;
use super::super::event::{OrderSagaEvent, SagaEnded, SagaOutcome};
use super::super::state::{Ask, FulfilmentStatus, PaymentStatus, ReservationPart, ReservationStatus};
use super::super::task::TaskKind;
use super::overdue::Asking;
use super::stage::{Defined, Stage, StageName};

/// The way back.
pub(super) const STAGES: [Defined; 3] = [
    Defined {
        name: StageName::StopFulfilment,
        run: |asking| asking.stop_fulfilment(),
        asks: &[Asked::CancelFulfilment],
        opens: &[TaskKind::ShippedMeanwhile],
        gives_up: &[],
    },
    Defined {
        name: StageName::GiveMoneyBack,
        run: |asking| asking.give_money_back(),
        asks: &[Asked::Void, Asked::Refund],
        opens: &[],
        gives_up: &[],
    },
    Defined {
        name: StageName::GiveStockBack,
        run: |asking| asking.give_stock_back(),
        asks: &[Asked::Release, Asked::ShipStock],
        opens: &[],
        gives_up: &[],
    },
];

impl Asking<'_> {
    pub(super) fn undo(&self) -> Option<OrderSagaEvent> {
        match self.through(&STAGES) {
            Stage::Wait => None,
            Stage::Next(event) => Some(*event),
            Stage::Done => {
                let ended = || OrderSagaEvent::SagaEnded(SagaEnded { outcome: SagaOutcome::Undone, at: self.at });
                self.saga.outcome.is_none().then(ended)
            }
        }
    }

    fn stop_fulfilment(&self) -> Stage {
        let mut is_waiting = false;
        for part in &self.saga.fulfilments {
            match part.status {
                FulfilmentStatus::Unknown | FulfilmentStatus::Accepted | FulfilmentStatus::Packed => {
                    if !Ask::is_pending(part.ask, Asked::CancelFulfilment) {
                        let event = self.of_fulfilment(part, Asked::CancelFulfilment, 1);
                        return event.map_or(Stage::Done, Stage::next);
                    }
                    is_waiting = true;
                }
                FulfilmentStatus::Shipped | FulfilmentStatus::Delivered if !self.saga.undoes_shipped => {
                    return self.task(TaskKind::ShippedMeanwhile);
                }
                FulfilmentStatus::Shipped
                | FulfilmentStatus::Delivered
                | FulfilmentStatus::Lost
                | FulfilmentStatus::Rejected
                | FulfilmentStatus::Cancelled => {}
            }
        }
        if is_waiting { Stage::Wait } else { Stage::Done }
    }

    fn give_money_back(&self) -> Stage {
        let mut is_waiting = false;
        for part in &self.saga.payments {
            let wanted = match part.status {
                PaymentStatus::Unknown | PaymentStatus::Authorized => Asked::Void,
                PaymentStatus::Captured => Asked::Refund,
                PaymentStatus::Voided | PaymentStatus::Refunded | PaymentStatus::Failed => continue,
            };
            if !Ask::is_pending(part.ask, wanted) {
                return self.of_payment(part, wanted, 1).map_or(Stage::Done, Stage::next);
            }
            is_waiting = true;
        }
        if is_waiting { Stage::Wait } else { Stage::Done }
    }

    /// How a reservation that is not needed ends: what has left is not there to be given back.
    pub(super) fn way_out(&self, part: &ReservationPart) -> Asked {
        if self.saga.have_left(part) { Asked::ShipStock } else { Asked::Release }
    }

    fn give_stock_back(&self) -> Stage {
        let mut is_waiting = false;
        for part in &self.saga.reservations {
            match part.status {
                ReservationStatus::Unknown | ReservationStatus::Granted => {
                    let wanted = self.way_out(part);
                    if !Ask::is_pending(part.ask, wanted) {
                        return self.of_stock(part, wanted, 1).map_or(Stage::Done, Stage::next);
                    }
                    is_waiting = true;
                }
                ReservationStatus::Refused
                | ReservationStatus::Released
                | ReservationStatus::Expired
                | ReservationStatus::Shipped => {}
            }
        }
        if is_waiting { Stage::Wait } else { Stage::Done }
    }
}
