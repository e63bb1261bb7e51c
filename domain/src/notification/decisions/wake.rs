use crate::decision::Decision;
use crate::{Reason, Scope, Timestamp};

use super::super::{Notification, NotificationEvent, NotificationRejection, NotificationState};
use super::Failure;

/// Why an attempt has no result: whoever made it ended, or took too long.
const RESULT_LOST: &str = "result_lost";

/// Look at the clock. Sent by the engine's timers, which may be late or come twice; the moments in the state decide. An attempt whose
/// result was lost has an unknown outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wake {
    pub now: Timestamp,
}

impl Decision<Notification> for Wake {
    /// None: nobody asks for it from outside.
    fn scopes(&self) -> &'static [Scope] {
        &[]
    }

    fn decide(self, state: &NotificationState) -> Result<Vec<NotificationEvent>, NotificationRejection> {
        match state {
            NotificationState::Sending { details, until } if *until <= self.now => {
                let cause = Reason::try_new(RESULT_LOST).expect("the engine's own codes are short and printable");
                Ok(vec![details.failed(details.attempts, Failure::Unknown, &cause, self.now)])
            }
            NotificationState::Absent
            | NotificationState::Waiting { .. }
            | NotificationState::Sending { .. }
            | NotificationState::Ended { .. } => Ok(vec![]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Channel, NotificationUncertain, SENDING_S_MAX};
    use super::super::fixtures::*;
    use super::*;
    use crate::{Decider, fold};

    #[test]
    fn a_lost_result_counts_as_unknown_after_its_time() {
        let sending = || [requested(Channel::Email), started(1, 0)];
        assert_eq!(Notification::wake_at(&fold::<Notification>(&sending()).unwrap()), Some(at(SENDING_S_MAX)));
        given(sending()).when(wake(SENDING_S_MAX - 1)).then_nothing();
        let lost = NotificationEvent::NotificationUncertain(NotificationUncertain {
            order: order(),
            attempt: 1,
            cause: Reason::try_new(RESULT_LOST).unwrap(),
            at: at(SENDING_S_MAX),
        });
        given(sending()).when(wake(SENDING_S_MAX)).then([lost]);
    }

    #[test]
    fn what_waits_is_left_to_the_sender() {
        given([requested(Channel::Email)]).when(wake(0)).then_nothing();
        assert_eq!(Notification::wake_at(&fold::<Notification>(&[requested(Channel::Email)]).unwrap()), Some(at(0)));
        given([]).when(wake(0)).then_nothing();
        let ended = sent_by(Channel::Email);
        assert_eq!(Notification::wake_at(&fold::<Notification>(&ended).unwrap()), None);
        given(ended).when(wake(9_999)).then_nothing();
    }
}
