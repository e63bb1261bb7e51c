use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{
    Channel, Notification, NotificationEvent, NotificationRejection, NotificationSkipped, NotificationState,
    SendingStarted, SkipReason,
};

/// Hand the message over now. It leads to nothing where no attempt is due, as where another process has started it, and to an end where
/// it is too late to tell a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartSending {
    pub at: Timestamp,
}

impl Decision<Notification> for StartSending {
    /// None: nobody asks for it from outside.
    fn scopes(&self) -> &'static [Scope] {
        &[]
    }

    fn decide(self, state: &NotificationState) -> Result<Vec<NotificationEvent>, NotificationRejection> {
        let Some(details) = state.due(self.at) else { return Ok(vec![]) };
        let order = details.order;
        let is_asked_for = !details.resends.is_empty();
        // A webhook tells a program, which looks at the time itself; and what a person asks for again is not too late.
        if details.channel != Channel::Webhook && details.send_until < self.at && !is_asked_for {
            let reason = SkipReason::TooOld;
            return Ok(vec![NotificationEvent::NotificationSkipped(NotificationSkipped {
                order,
                reason,
                at: self.at,
            })]);
        }
        let attempt = details.attempts.saturating_add(1);
        Ok(vec![NotificationEvent::SendingStarted(SendingStarted { order, attempt, at: self.at })])
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn an_attempt_that_is_due_is_started_by_one_alone() {
        given([requested(Channel::Email)]).when(start(0)).then([started(1, 0)]);
        given([requested(Channel::Email), started(1, 0)]).when(start(0)).then_nothing();
        given([requested(Channel::Email), delayed(1, 70, 5)]).when(start(69)).then_nothing();
        given([requested(Channel::Email), delayed(1, 70, 5)]).when(start(70)).then([started(2, 70)]);
        given([]).when(start(70)).then_nothing();
    }

    #[test]
    fn it_can_be_too_late_for_a_customer_and_not_for_a_program() {
        let late = UNTIL_S + 1;
        given([requested(Channel::Sms)]).when(start(late)).then([skipped(SkipReason::TooOld, late)]);
        given([requested(Channel::Webhook)]).when(start(late)).then([started(1, late)]);
        let again = [sent_by(Channel::Email), vec![resend_requested(1, late)]].concat();
        given(again).when(start(late)).then([started(2, late)]);
    }
}
