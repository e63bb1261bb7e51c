//! Handing mails over.

use domain::NotificationId;
use domain::notification::{Failure, NotificationDetails, SkipReason};
use lettre::Address;
use service_kit::BoxError;
use service_kit::breaker::BreakerError;
use service_kit::errors::chain;

use super::message_id;
use crate::channel::{Attempt, BUSY_PAUSE_MS, Smtp, SmtpFailure};
use crate::context::Notifications;
use crate::recipient::{Reached, Recipient};

impl Notifications {
    pub(super) async fn send_email(
        &self,
        id: NotificationId,
        details: &NotificationDetails,
    ) -> Result<Attempt, BoxError> {
        let Some(email) = &self.channels.email else { return Ok(Attempt::not_taken("no mail server is set")) };
        let Some(_place) = email.smtp.guard.enter() else { return Ok(Attempt::PutOff { pause_ms: BUSY_PAUSE_MS }) };
        let recipient = match self.recipient(details).await? {
            Reached::Recipient(recipient) => recipient,
            Reached::Not(attempt) => return Ok(attempt),
        };
        let Recipient { order, contact } = *recipient;
        let Some(address) = contact.email.as_deref().and_then(|email| email.parse::<Address>().ok()) else {
            return Ok(Attempt::Skip(SkipReason::NoAddress));
        };
        let unsubscribe = details.kind.is_refusable().then(|| self.unsubscribe_link(id));
        let rendered =
            match self.channels.renderer.email(details, &order, contact.locale.as_deref(), unsubscribe.as_deref()) {
                Ok(rendered) => rendered,
                // A tenant's template may be mended.
                Err(error) => return Ok(Attempt::not_taken(&chain(&error))),
            };
        let message = email.message(&message_id(id, details), address.clone(), rendered)?;
        let smtp = &email.smtp;
        let session = match smtp.open(&email.from.email, &address).await {
            Ok(session) => session,
            Err(error) => return Ok(of(smtp, error)),
        };
        match self.start(id, details).await {
            Ok(true) => {}
            Ok(false) => {
                smtp.close(session).await;
                return Ok(Attempt::NotOurs);
            }
            Err(error) => {
                smtp.close(session).await;
                return Err(error.into());
            }
        }
        Ok(match smtp.hand_over(session, &message).await {
            Ok(reference) => Attempt::Sent { reference: Some(reference) },
            // Said to have started, so that it has to have a result.
            Err(BreakerError::Open) => Attempt::not_taken("the mail server is given a rest"),
            Err(BreakerError::Failed(SmtpFailure { failure, cause, .. })) => Attempt::Failed { failure, cause },
        })
    }
}

fn of(smtp: &Smtp, error: BreakerError<SmtpFailure>) -> Attempt {
    match error {
        BreakerError::Open => Attempt::PutOff { pause_ms: smtp.guard.rest_pause_ms() },
        BreakerError::Failed(SmtpFailure { failure: Failure::Unknown, cause, .. }) => {
            Attempt::Failed { failure: Failure::NotTaken, cause }
        }
        BreakerError::Failed(SmtpFailure { failure, cause, .. }) => Attempt::Failed { failure, cause },
    }
}
