use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{
    Notification, NotificationEvent, NotificationRejection, NotificationSkipped, NotificationState, SkipReason,
};

/// Tell nobody. An attempt that is under way is left to its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkipNotification {
    pub reason: SkipReason,
    pub at: Timestamp,
}

impl Decision<Notification> for SkipNotification {
    /// None: nobody asks for it from outside.
    fn scopes(&self) -> &'static [Scope] {
        &[]
    }

    fn decide(self, state: &NotificationState) -> Result<Vec<NotificationEvent>, NotificationRejection> {
        let Self { reason, at } = self;
        match state {
            NotificationState::Waiting { details, .. } => {
                let order = details.order;
                Ok(vec![NotificationEvent::NotificationSkipped(NotificationSkipped { order, reason, at })])
            }
            NotificationState::Sending { .. } | NotificationState::Ended { .. } => Ok(vec![]),
            NotificationState::Absent => Err(NotificationRejection::NotRequested),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Channel;
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn nobody_is_told_of_what_waits() {
        let erased = SkipReason::RecipientErased;
        given([requested(Channel::Email)]).when(skip(erased, 3)).then([skipped(erased, 3)]);
        given([requested(Channel::Email), skipped(erased, 3)]).when(skip(SkipReason::NoAddress, 4)).then_nothing();
        given([requested(Channel::Email), started(1, 0)]).when(skip(erased, 3)).then_nothing();
        given([]).when(skip(erased, 3)).then_rejected(NotificationRejection::NotRequested);
    }
}
