use crate::decision::Decision;
use crate::{RequestId, Scope, TenantId, Timestamp};

use super::super::{
    Notification, NotificationEvent, NotificationRejection, NotificationState, RESENDS_MAX, ResendRequested,
};

/// Send what has ended once more, as a person decides. The same request again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResendNotification {
    pub tenant: TenantId,
    pub request: RequestId,
    pub at: Timestamp,
}

impl Decision<Notification> for ResendNotification {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::TENANT_STAFF, Scope::NOTIFICATIONS_MANAGE]
    }

    fn decide(self, state: &NotificationState) -> Result<Vec<NotificationEvent>, NotificationRejection> {
        let details = state.details().ok_or(NotificationRejection::NotRequested)?;
        if details.tenant != self.tenant {
            return Err(NotificationRejection::OtherTenant);
        }
        if details.resends.contains(&self.request) {
            return Ok(vec![]);
        }
        if !matches!(state, NotificationState::Ended { .. }) {
            return Err(NotificationRejection::NotEnded);
        }
        if details.resends.len() >= RESENDS_MAX {
            return Err(NotificationRejection::TooManyResends);
        }
        let Self { request, at, .. } = self;
        Ok(vec![NotificationEvent::ResendRequested(ResendRequested { order: details.order, request, at })])
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Channel;
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn what_has_ended_is_sent_again_once_a_request() {
        given(sent_by(Channel::Webhook)).when(resend(1, 50)).then([resend_requested(1, 50)]);
        let again = || [sent_by(Channel::Webhook), vec![resend_requested(1, 50)]].concat();
        given(again()).when(resend(1, 51)).then_nothing();
        given(again()).when(resend(2, 51)).then_rejected(NotificationRejection::NotEnded);
    }

    #[test]
    fn the_schedule_begins_anew() {
        let again = [sent_by(Channel::Webhook), vec![resend_requested(1, 50), started(2, 50)]].concat();
        let first = 51 + retry(Channel::Webhook, 1);
        given(again).when(failure(2, super::super::Failure::NotTaken, 51)).then([delayed(2, first, 51)]);
    }

    #[test]
    fn what_waits_or_is_not_there_is_not_sent_again() {
        given([requested(Channel::Email)]).when(resend(1, 0)).then_rejected(NotificationRejection::NotEnded);
        given([]).when(resend(1, 0)).then_rejected(NotificationRejection::NotRequested);
    }
}
