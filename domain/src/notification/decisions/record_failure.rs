use crate::decision::Decision;
use crate::{Reason, Scope, Timestamp};

use super::super::schedule::{later, pause_s};
use super::super::{
    Notification, NotificationDetails, NotificationEvent, NotificationFailed, NotificationRejection, NotificationState,
    NotificationUncertain, SendingDelayed,
};

/// What is known of a message after an attempt that did not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// It was not taken, and may be later.
    NotTaken,
    /// It is refused for good.
    Refused,
    /// It may have been taken.
    Unknown,
}

/// Record that an attempt did not succeed. It may have failed before [`SendingStarted`](super::super::SendingStarted) was due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordFailure {
    /// Which one; a result of an earlier attempt is left alone.
    pub attempt: u32,
    pub failure: Failure,
    pub cause: Reason,
    pub at: Timestamp,
}

impl Decision<Notification> for RecordFailure {
    /// None: nobody asks for it from outside.
    fn scopes(&self) -> &'static [Scope] {
        &[]
    }

    fn decide(self, state: &NotificationState) -> Result<Vec<NotificationEvent>, NotificationRejection> {
        let (details, failure) = match state {
            NotificationState::Waiting { details, next_at } => {
                let is_next = details.attempts.saturating_add(1) == self.attempt && *next_at <= self.at;
                // Nothing is handed over before it is said so.
                let failure = if self.failure == Failure::Unknown { Failure::NotTaken } else { self.failure };
                (is_next.then_some(details), failure)
            }
            NotificationState::Sending { details, .. } => {
                ((details.attempts == self.attempt).then_some(details), self.failure)
            }
            NotificationState::Ended { .. } => (None, self.failure),
            NotificationState::Absent => return Err(NotificationRejection::NotRequested),
        };
        Ok(details.into_iter().map(|details| details.failed(self.attempt, failure, &self.cause, self.at)).collect())
    }
}

impl NotificationDetails {
    /// The event of an attempt that did not succeed.
    pub(super) fn failed(&self, attempt: u32, failure: Failure, cause: &Reason, at: Timestamp) -> NotificationEvent {
        let (order, cause) = (self.order, cause.clone());
        let pause = pause_s(self.channel, attempt.saturating_sub(self.attempts_before), self.event);
        match (failure, pause) {
            (Failure::Unknown, _) if !self.channel.recognises_repetitions() => {
                NotificationEvent::NotificationUncertain(NotificationUncertain { order, attempt, cause, at })
            }
            (Failure::NotTaken | Failure::Unknown, Some(pause)) => {
                let retry_at = later(at, pause);
                NotificationEvent::SendingDelayed(SendingDelayed { order, attempt, cause, retry_at, at })
            }
            (Failure::Refused | Failure::NotTaken | Failure::Unknown, _) => {
                NotificationEvent::NotificationFailed(NotificationFailed { order, attempt, cause, at })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Channel, tries_max};
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn what_was_not_taken_is_tried_again_ever_later() {
        let waiting = [requested(Channel::Email)];
        given(waiting.clone()).when(failure(1, Failure::Unknown, 0)).then([delayed(1, retry(Channel::Email, 1), 0)]);
        given(waiting).when(failure(1, Failure::NotTaken, 0)).then([delayed(1, retry(Channel::Email, 1), 0)]);
        let sending = [requested(Channel::Email), delayed(1, 70, 0), started(2, 70)];
        given(sending).when(failure(2, Failure::NotTaken, 71)).then([delayed(2, 71 + retry(Channel::Email, 2), 71)]);
    }

    #[test]
    fn what_is_refused_or_tried_too_often_fails() {
        let sending = [requested(Channel::Sms), started(1, 0)];
        given(sending).when(failure(1, Failure::Refused, 1)).then([failed(1, 1)]);
        let last = u32::try_from(tries_max(Channel::Webhook)).unwrap();
        let history = [requested(Channel::Webhook), delayed(last - 1, 10, 5), started(last, 10)];
        given(history).when(failure(last, Failure::NotTaken, 11)).then([failed(last, 11)]);
    }

    #[test]
    fn an_unknown_outcome_is_tried_again_only_where_a_repetition_is_recognised() {
        let sending = |channel| [requested(channel), started(1, 0)];
        given(sending(Channel::Email)).when(failure(1, Failure::Unknown, 9)).then([uncertain(1, 9)]);
        for channel in [Channel::Sms, Channel::Webhook] {
            given(sending(channel)).when(failure(1, Failure::Unknown, 9)).then([delayed(1, 9 + retry(channel, 1), 9)]);
        }
    }

    #[test]
    fn a_result_of_another_attempt_or_after_the_end_is_left_alone() {
        let again = [requested(Channel::Sms), started(1, 0), delayed(1, 90, 20), started(2, 90)];
        given(again).when(failure(1, Failure::NotTaken, 91)).then_nothing();
        given(sent_by(Channel::Sms)).when(failure(1, Failure::Refused, 91)).then_nothing();
        given([requested(Channel::Sms), delayed(1, 90, 0)]).when(failure(2, Failure::NotTaken, 89)).then_nothing();
        given([]).when(failure(1, Failure::Refused, 0)).then_rejected(NotificationRejection::NotRequested);
    }
}
