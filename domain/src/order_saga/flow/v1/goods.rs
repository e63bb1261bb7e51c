//! From the request to a location until its parcel is delivered, for each share.

use super::super::super::asked::Asked;
use super::super::super::event::FulfilmentRequested;
use super::super::super::policy::{CaptureMoment, PaymentTerms};
use super::super::super::state::{Ask, FulfilmentPart, FulfilmentStatus, ReservationPart, ReservationStatus};
use super::super::super::task::TaskKind;
use super::super::overdue::Asking;
use super::super::stage::Stage;

impl Asking<'_> {
    pub(super) fn fulfilment(&self, share: usize) -> Stage {
        let saga = self.saga;
        let Some(reservation) = saga.reservation_of(share) else { return Stage::Wait };
        let Some(part) = saga.fulfilment_of(share) else {
            return Stage::next(
                FulfilmentRequested {
                    fulfilment: saga.next_fulfilment(),
                    reservation: reservation.id,
                    location: reservation.location.clone(),
                    lines: saga.shares[share].lines.clone(),
                    attempt: 1,
                    due: self.due(1),
                    at: self.at,
                }
                .into(),
            );
        };
        if part.status == FulfilmentStatus::Lost {
            return self.task(TaskKind::Lost);
        }
        if part.status.has_left() {
            return self.take_out_of_stock(reservation);
        }
        if saga.is_held() {
            return Stage::Wait;
        }
        if saga.policy.capture == CaptureMoment::AtPacking {
            if !self.is_any_packed() && saga.policy.terms == PaymentTerms::Prepaid {
                return Stage::Wait;
            }
            match self.capture() {
                Stage::Done => {}
                other => return other,
            }
        }
        // The renewal may find that the reservation has expired, and then its goods are not the order's to send.
        let is_held_for_long = !Ask::is_pending(reservation.ask, Asked::Renew);
        if !part.released && part.ask.is_none() && is_held_for_long {
            return self.of_fulfilment(part, Asked::ReleaseFulfilment, 1).map_or(Stage::Wait, Stage::next);
        }
        Stage::Wait
    }

    /// Whether a first parcel is ready to be handed over, for which the whole order is paid: most providers capture an authorisation once,
    /// and no parcel waits for another one.
    fn is_any_packed(&self) -> bool {
        let is_ready = |part: &FulfilmentPart| part.status == FulfilmentStatus::Packed || part.status.has_left();
        self.saga.current_fulfilments().any(is_ready)
    }

    /// What has left is taken out of stock. A renewal that is under way is not waited for.
    fn take_out_of_stock(&self, held: &ReservationPart) -> Stage {
        let is_asked = Ask::is_pending(held.ask, Asked::ShipStock);
        if held.status != ReservationStatus::Granted || is_asked {
            return Stage::Done;
        }
        self.of_stock(held, Asked::ShipStock, 1).map_or(Stage::Done, Stage::next)
    }

    pub(super) fn delivery(&self, share: usize) -> Stage {
        let saga = self.saga;
        let is_held = saga.reservation_of(share).is_some_and(|part| part.status == ReservationStatus::Granted);
        let is_delivered = saga.fulfilment_of(share).is_some_and(|part| part.status == FulfilmentStatus::Delivered);
        if is_delivered && !is_held { Stage::Done } else { Stage::Wait }
    }
}
