use crate::decision::Decision;
use crate::{Reason, Scope, Timestamp};

use super::super::{
    Notification, NotificationEvent, NotificationRejection, NotificationSent, NotificationState, Outcome,
};

/// Record that an attempt succeeded. That is a fact: it is taken also where its result had counted as lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordSent {
    pub attempt: u32,
    /// What whoever took the message calls it.
    pub reference: Option<Reason>,
    pub at: Timestamp,
}

impl Decision<Notification> for RecordSent {
    /// None: nobody asks for it from outside.
    fn scopes(&self) -> &'static [Scope] {
        &[]
    }

    fn decide(self, state: &NotificationState) -> Result<Vec<NotificationEvent>, NotificationRejection> {
        let details = match state {
            NotificationState::Waiting { details, .. }
            | NotificationState::Sending { details, .. }
            | NotificationState::Ended { details, outcome: Outcome::Uncertain | Outcome::Failed } => details,
            NotificationState::Ended { .. } => return Ok(vec![]),
            NotificationState::Absent => return Err(NotificationRejection::NotRequested),
        };
        // Of an attempt before a person asked for another one, or of none.
        if self.attempt > details.attempts || self.attempt <= details.attempts_before {
            return Ok(vec![]);
        }
        let Self { attempt, reference, at } = self;
        Ok(vec![NotificationEvent::NotificationSent(NotificationSent { order: details.order, attempt, reference, at })])
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Channel;
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn a_success_ends_it_once() {
        let sending = [requested(Channel::Email), started(1, 0)];
        given(sending).when(record_sent(1, 3)).then([sent(1, 3)]);
        given(sent_by(Channel::Email)).when(record_sent(1, 9)).then_nothing();
    }

    #[test]
    fn a_success_that_is_learned_late_is_a_fact() {
        let uncertain = [requested(Channel::Email), started(1, 0), uncertain(1, 120)];
        given(uncertain).when(record_sent(1, 130)).then([sent(1, 130)]);
        let again = [requested(Channel::Webhook), started(1, 0), delayed(1, 200, 120)];
        given(again).when(record_sent(1, 130)).then([sent(1, 130)]);
    }

    #[test]
    fn what_was_not_tried_is_not_sent() {
        given([requested(Channel::Email)]).when(record_sent(1, 0)).then_nothing();
        given([]).when(record_sent(1, 0)).then_rejected(NotificationRejection::NotRequested);
        let again = [sent_by(Channel::Email), vec![resend_requested(1, 50), started(2, 50)]].concat();
        given(again).when(record_sent(1, 51)).then_nothing();
    }
}
