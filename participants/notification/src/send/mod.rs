//! Sending what is due.
//!
//! A message is handed over after `SendingStarted` is stored, and at once: for an email that is behind the server's consent to sender
//! and recipient and before the first byte of the message. So what fails earlier was certainly not sent, and only a connection that
//! ends within the message itself, or a process that ends there, leaves an outcome that nobody knows.

mod email;
mod sms;
mod webhook;

use std::sync::Arc;

use domain::notification::{
    Channel, Notification, NotificationDetails, NotificationEvent, RecordFailure, RecordSent, SkipNotification,
    StartSending, Wake,
};
use domain::{Decider, NotificationId, Timestamp};
use event_store::Waker;
use service_kit::BoxError;

use crate::channel::Attempt;
use crate::context::Notifications;
use crate::error::RequestError;

/// Wakes notifications whose moment has come.
pub fn waker(notifications: Arc<Notifications>) -> (&'static str, Waker) {
    let waker: Waker = Arc::new(move |id, now| {
        let notifications = Arc::clone(&notifications);
        Box::pin(async move { notifications.wake(id.parse()?, now).await })
    });
    (Notification::KIND, waker)
}

/// What a message is known by to whoever takes it. It is another one where a person asked for it again, which is no repetition.
fn message_id(id: NotificationId, details: &NotificationDetails) -> String {
    match details.attempts_before {
        0 => id.to_string(),
        before => format!("{id}.{before}"),
    }
}

impl Notifications {
    /// Makes the attempt that is due, and lets the notification look at the clock. Returns when it wants to do so next.
    async fn wake(&self, id: NotificationId, now: Timestamp) -> Result<Option<Timestamp>, BoxError> {
        let state = self.state(id).await?;
        let Some(details) = state.details() else { return Ok(None) };
        if state.due(now).is_some() {
            let attempt = match details.channel {
                Channel::Email => self.send_email(id, details).await?,
                Channel::Sms => self.send_sms(id, details).await?,
                Channel::Webhook => self.send_webhook(id, details).await?,
            };
            if let Attempt::PutOff { pause_ms } = attempt {
                return Ok(Some(Timestamp::try_from_micros(now.micros().saturating_add(pause_ms * 1_000))?));
            }
            self.conclude(id, details, attempt).await?;
        }
        self.record(id, &details.tenant, Wake { now }).await?;
        Ok(Notification::wake_at(&*self.state(id).await?))
    }

    /// Records how an attempt ended.
    async fn conclude(
        &self,
        id: NotificationId,
        details: &NotificationDetails,
        attempt: Attempt,
    ) -> Result<(), RequestError> {
        let (number, at) = (details.attempts.saturating_add(1), self.now());
        let channel = details.channel.symbol();
        let (label, events) = match attempt {
            Attempt::Sent { reference } => {
                ("sent", self.record(id, &details.tenant, RecordSent { attempt: number, reference, at }).await?)
            }
            Attempt::Failed { failure, cause } => {
                let command = RecordFailure { attempt: number, failure, cause, at };
                ("failed", self.record(id, &details.tenant, command).await?)
            }
            Attempt::Skip(reason) => {
                ("skipped", self.record(id, &details.tenant, SkipNotification { reason, at }).await?)
            }
            Attempt::PutOff { .. } | Attempt::NotOurs => return Ok(()),
        };
        metrics::counter!("notification_attempts_total", "channel" => channel, "result" => label).increment(1);
        if events.iter().any(|event| matches!(event, NotificationEvent::NotificationUncertain(_))) {
            tracing::warn!(notification.id = %id, "whether a message was taken is not known; a person decides");
        }
        Ok(())
    }

    /// Stores that an attempt begins. Whether it is ours to make.
    pub(crate) async fn start(&self, id: NotificationId, details: &NotificationDetails) -> Result<bool, RequestError> {
        let events = self.record(id, &details.tenant, StartSending { at: self.now() }).await?;
        Ok(events.iter().any(|event| event.starts() == Some(details.attempts.saturating_add(1))))
    }
}
