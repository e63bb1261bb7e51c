use crate::decision::Decision;
use crate::{EventId, OrderId, Scope, TenantId, Timestamp, WebhookEndpointId};

use super::super::{
    Channel, Kind, Notification, NotificationEvent, NotificationRejection, NotificationRequested, NotificationSkipped,
    NotificationState, SkipReason, Told,
};

/// Tell somebody of an event. What happened too long ago is recorded and not told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestNotification {
    /// From the record of the event.
    pub tenant: TenantId,
    pub order: OrderId,
    /// What is told of.
    pub event: EventId,
    pub kind: Kind,
    pub channel: Channel,
    /// Where a webhook goes.
    pub endpoint: Option<WebhookEndpointId>,
    pub told: Told,
    pub occurred_at: Timestamp,
    /// When it is too late to tell.
    pub send_until: Timestamp,
    pub at: Timestamp,
}

impl Decision<Notification> for RequestNotification {
    /// None: nobody asks for it from outside.
    fn scopes(&self) -> &'static [Scope] {
        &[]
    }

    fn decide(self, state: &NotificationState) -> Result<Vec<NotificationEvent>, NotificationRejection> {
        match state.details() {
            Some(details) if details.tenant != self.tenant => return Err(NotificationRejection::OtherTenant),
            Some(_) => return Ok(vec![]),
            None => {}
        }
        let Self { tenant, order, event, kind, channel, endpoint, told, occurred_at, send_until, at } = self;
        let skipped = (send_until < at).then_some(NotificationEvent::NotificationSkipped(NotificationSkipped {
            order,
            reason: SkipReason::TooOld,
            at,
        }));
        let requested = NotificationEvent::NotificationRequested(NotificationRequested {
            tenant,
            told,
            send_until,
            order,
            event,
            kind,
            channel,
            endpoint,
            occurred_at,
            at,
        });
        Ok(std::iter::once(requested).chain(skipped).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn an_event_is_told_once() {
        given([]).when(request(Channel::Email, 0)).then([requested(Channel::Email)]);
        given([requested(Channel::Email)]).when(request(Channel::Email, 5)).then_nothing();
        given(sent_by(Channel::Email)).when(request(Channel::Email, 500)).then_nothing();
    }

    #[test]
    fn an_old_event_is_recorded_and_not_told() {
        let late = UNTIL_S + 1;
        given([])
            .when(request(Channel::Email, late))
            .then([requested_at(Channel::Email, late), skipped(SkipReason::TooOld, late)]);
    }

    #[test]
    fn another_tenant_is_refused() {
        given([requested(Channel::Email)])
            .when(foreign(Channel::Email))
            .then_rejected(NotificationRejection::OtherTenant);
    }
}
