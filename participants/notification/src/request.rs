//! Recording that somebody is to be told, and what came of it.

use domain::notification::{
    Channel, Notification, NotificationCommand, NotificationEvent, NotificationRejection, NotificationState,
    RequestNotification,
};
use domain::{EventId, NotificationId, TenantId, Timestamp, WebhookEndpointId};
use event_store::{Expectation, Member, Members, Metadata, UnitEffects, UnitOfWork, UnitOutcome};
use service_kit::postgres::TableError;

use crate::channel::Sms;
use crate::context::Notifications;
use crate::error::RequestError;
use crate::meaning::Meaning;

impl Notifications {
    /// Records that an event is to be told, by every channel at once. A repetition records nothing.
    pub(crate) async fn request(
        &self,
        event: EventId,
        meaning: &Meaning,
        metadata: Metadata,
    ) -> Result<(), RequestError> {
        let now = self.now();
        let limit = self.channels.age_s_max.saturating_mul(1_000_000);
        let until = meaning.occurred_at.micros().saturating_add(limit);
        let send_until = Timestamp::try_from_micros(until).unwrap_or(meaning.occurred_at);
        let mut members = Members::default();
        let mut requests: Vec<(NotificationId, Member<Notification>, RequestNotification)> = Vec::new();
        for (channel, endpoint) in self.targets(meaning).await? {
            let id = NotificationId::of(event, meaning.kind.symbol(), channel.symbol(), endpoint);
            if let Some(endpoint) = endpoint {
                self.endpoints.note_delivery(&meaning.tenant, endpoint, id, now).await?;
            }
            let member = members.add::<Notification>(&id.to_string(), Expectation::New);
            let Meaning { tenant, order, occurred_at, kind, told } = meaning.clone();
            let request = RequestNotification {
                tenant,
                order,
                event,
                kind,
                channel,
                endpoint,
                told,
                occurred_at,
                send_until,
                at: now,
            };
            requests.push((id, member, request));
        }
        let Some(first) = requests.first().map(|(id, ..)| *id) else { return Ok(()) };
        let ids = requests.iter().map(|(id, ..)| *id);
        self.of_orders.note(&meaning.tenant, meaning.order, ids, now).await?;
        let work = UnitOfWork {
            tenant: meaning.tenant.clone(),
            metadata,
            members: &members,
            idempotency: None,
            decide: &|work| {
                requests.iter().try_for_each(|(id, member, request)| {
                    work.decide(*member, request.clone().into()).map(|_| ()).map_err(|source| (*id, source))
                })
            },
            answer: &|_: Result<&(), &(NotificationId, NotificationRejection)>, _: &UnitEffects| None,
        };
        match self.runner.units().run(work).await {
            Ok(UnitOutcome::Done(_) | UnitOutcome::Repeated(_)) => Ok(()),
            Ok(UnitOutcome::Refused((notification, source))) => Err(RequestError::Refused { notification, source }),
            Err(source) => Err(RequestError::Store { notification: first, source }),
        }
    }

    /// By which channels an event is told, and where to.
    async fn targets(&self, meaning: &Meaning) -> Result<Vec<(Channel, Option<WebhookEndpointId>)>, TableError> {
        let email = self.channels.email.as_ref().map(|_| (Channel::Email, None));
        let sms = self.channels.sms.as_ref().filter(|_| Sms::tells(meaning.kind)).map(|_| (Channel::Sms, None));
        let webhooks = self.endpoints.of_kind(&meaning.tenant, meaning.kind).await?;
        let webhooks = webhooks.into_iter().map(|endpoint| (Channel::Webhook, Some(endpoint)));
        Ok(email.into_iter().chain(sms).chain(webhooks).collect())
    }

    /// Decides a command of the engine's own.
    pub(crate) async fn record(
        &self,
        id: NotificationId,
        tenant: &TenantId,
        command: impl Into<NotificationCommand>,
    ) -> Result<Vec<NotificationEvent>, RequestError> {
        let mut members = Members::default();
        let member = members.add::<Notification>(&id.to_string(), Expectation::Existing);
        let command = command.into();
        let work = UnitOfWork {
            tenant: tenant.clone(),
            metadata: Metadata::default(),
            members: &members,
            idempotency: None,
            decide: &|work| work.decide(member, command.clone()),
            answer: &|_: Result<&Vec<NotificationEvent>, &NotificationRejection>, _: &UnitEffects| None,
        };
        match self.runner.units().run(work).await {
            Ok(UnitOutcome::Done(done)) => Ok(done.value),
            Ok(UnitOutcome::Refused(source)) => Err(RequestError::Refused { notification: id, source }),
            Ok(UnitOutcome::Repeated(_)) => Ok(Vec::new()),
            Err(source) => Err(RequestError::Store { notification: id, source }),
        }
    }

    /// A notification as of now.
    pub(crate) async fn state(&self, id: NotificationId) -> Result<std::sync::Arc<NotificationState>, RequestError> {
        let loaded = self.runner.units().load::<Notification>(&id.to_string()).await;
        loaded.map(|loaded| loaded.state).map_err(|source| RequestError::Store { notification: id, source })
    }
}
