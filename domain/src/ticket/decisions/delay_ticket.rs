use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{DELAY_S_MIN, DELAYS_MAX, Ticket, TicketDelayed, TicketEvent, TicketRejection, TicketState};
use super::OF_STAFF;

/// Look whether it is late, and if so say when it is to be ready instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelayTicket {
    /// When it is expected to be ready; `None` where nobody can say.
    pub expected_at: Option<Timestamp>,
    pub at: Timestamp,
}

impl Decision<Ticket> for DelayTicket {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &TicketState) -> Result<Vec<TicketEvent>, TicketRejection> {
        let late = state.open().filter(|details| details.promised_at <= self.at && details.delays < DELAYS_MAX);
        let Some(details) = late else { return Ok(vec![]) };
        let soonest = self.at.later_by_micros(DELAY_S_MIN * 1_000_000);
        let promised_at = self.expected_at.map_or(soonest, |expected| expected.max(soonest));
        let (order, location) = (details.order, details.location.clone());
        Ok(vec![TicketEvent::TicketDelayed(TicketDelayed { order, location, promised_at, at: self.at })])
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    fn look(after_s: i64, expected_s: Option<i64>) -> super::super::TicketCommand {
        let seconds = |s: i64| now().later_by_micros(s * 1_000_000);
        DelayTicket { expected_at: expected_s.map(seconds), at: seconds(after_s) }.into()
    }

    fn delayed(at_s: i64, promised_s: i64) -> TicketEvent {
        let seconds = |s: i64| now().later_by_micros(s * 1_000_000);
        let (order, location) = (order(), location());
        TicketEvent::TicketDelayed(TicketDelayed {
            order,
            location,
            promised_at: seconds(promised_s),
            at: seconds(at_s),
        })
    }

    #[test]
    fn what_is_late_gets_a_new_promise_of_at_least_five_minutes() {
        given([accepted()]).when(look(599, Some(700))).then_nothing();
        given([accepted()]).when(look(600, Some(1_000))).then([delayed(600, 1_000)]);
        given([accepted()]).when(look(600, Some(700))).then([delayed(600, 900)]);
        given([accepted(), started()]).when(look(650, None)).then([delayed(650, 950)]);
    }

    #[test]
    fn whoever_waits_is_told_three_times_at_most_and_not_of_what_is_ready() {
        let late = vec![accepted(), delayed(600, 900), delayed(900, 1_200), delayed(1_200, 1_500)];
        given(late).when(look(2_000, None)).then_nothing();
        given(done()).when(look(2_000, None)).then_nothing();
        given([]).when(look(2_000, None)).then_nothing();
    }
}
