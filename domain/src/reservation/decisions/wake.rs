use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{Reservation, ReservationEvent, ReservationExpired, ReservationRejection, ReservationState};

/// Look at the clock: a reservation whose expiry has come gives back what it holds. Sent by the engine's timers, which may be late or
/// come twice; the expiry in the state decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wake {
    pub now: Timestamp,
}

impl Decision<Reservation> for Wake {
    /// None: nobody asks for it from outside.
    fn scopes(&self) -> &'static [Scope] {
        &[]
    }

    fn decide(self, state: &ReservationState) -> Result<Vec<ReservationEvent>, ReservationRejection> {
        match state {
            ReservationState::Granted(granted) if granted.expires_at <= self.now => {
                Ok(vec![ReservationEvent::ReservationExpired(ReservationExpired {
                    tenant: granted.inbox.tenant.clone(),
                    order: granted.inbox.order,
                    location: granted.location.clone(),
                    lines: granted.lines.clone(),
                    at: self.now,
                })])
            }
            ReservationState::Absent
            | ReservationState::Unreserved(_)
            | ReservationState::Granted(_)
            | ReservationState::Refused(_)
            | ReservationState::Released(_)
            | ReservationState::Expired(_)
            | ReservationState::Shipped(_) => Ok(vec![]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;
    use crate::{Decider, fold};

    fn wake_at(history: &[ReservationEvent]) -> Option<Timestamp> {
        Reservation::wake_at(&fold::<Reservation>(history).unwrap())
    }

    #[test]
    fn a_reservation_expires_when_its_time_has_come() {
        let lines = &[("a", 3, 0), ("b", 2, 0)];
        given([granted()]).when(wake(EXPIRY - 1)).then_nothing();
        given([granted()]).when(wake(EXPIRY)).then([expired(EXPIRY, lines)]);
        given([granted()]).when(wake(EXPIRY + 99_999)).then([expired(EXPIRY + 99_999, lines)]);
    }

    #[test]
    fn gives_back_what_was_not_shipped() {
        given([granted(), shipped(2, &[("a", 1, 0), ("b", 2, 0)], false)])
            .when(wake(EXPIRY))
            .then([expired(EXPIRY, &[("a", 2, 0)])]);
    }

    #[test]
    fn a_renewed_reservation_goes_on() {
        given([granted(), renewed_until(2, 1_800, 10)]).when(wake(EXPIRY)).then_nothing();
    }

    #[test]
    fn a_repeat_and_a_reservation_that_holds_nothing_are_no_facts() {
        let lines = &[("a", 3, 0), ("b", 2, 0)];
        given([]).when(wake(EXPIRY)).then_nothing();
        given([granted(), expired(EXPIRY, lines)]).when(wake(EXPIRY + 1)).then_nothing();
        given([granted(), all_shipped()]).when(wake(EXPIRY)).then_nothing();
        given([released(2, &[])]).when(wake(EXPIRY)).then_nothing();
        given([out_of_stock()]).when(wake(EXPIRY)).then_nothing();
    }

    #[test]
    fn asks_to_be_woken_at_its_expiry_while_it_holds_stock() {
        assert_eq!(wake_at(&[]), None);
        assert_eq!(wake_at(&[granted()]), Some(at(EXPIRY)));
        assert_eq!(wake_at(&[granted(), renewed_until(2, 1_800, 10)]), Some(at(1_800)));
        assert_eq!(wake_at(&[granted(), all_shipped()]), None);
        assert_eq!(wake_at(&[out_of_stock()]), None);
    }
}
