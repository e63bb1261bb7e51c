//! Emails.

use domain::NotificationId;
use domain::notification::{Failure, NotificationDetails};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use service_kit::BoxError;

use super::Attempt;
use super::guard::{BUSY_PAUSE_MS, Guarded};
use super::smtp::{Smtp, SmtpFailure};
use crate::context::Notifications;
use crate::recipient::{Reached, Recipient};
use crate::render::Rendered;

/// Sends mails from one sender.
pub struct Email {
    pub(super) smtp: Smtp,
    pub(super) from: Mailbox,
}

/// The sender is no mailbox.
#[derive(Debug, thiserror::Error)]
#[error("NOTIFICATION_FROM is no sender such as Shop <shop@example.org>")]
pub struct InvalidSender(#[source] lettre::address::AddressError);

impl Email {
    /// Mails from a sender, such as `Shop <shop@example.org>`.
    ///
    /// # Errors
    /// The text is no sender.
    pub fn new(smtp: Smtp, from: &str) -> Result<Self, InvalidSender> {
        Ok(Self { smtp, from: from.parse().map_err(InvalidSender)? })
    }

    /// The name of the sender, if it has one.
    pub fn sender_name(&self) -> Option<&str> {
        self.from.name.as_deref()
    }

    /// The message to a recipient. Its id follows from the notification's, so that a mailbox that gets it twice can tell.
    fn message(
        &self,
        id: NotificationId,
        to: Address,
        rendered: Rendered,
        unsubscribe: Option<&str>,
    ) -> Result<Vec<u8>, BoxError> {
        let message_id = format!("<{id}@{}>", self.from.email.domain());
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(rendered.subject)
            .message_id(Some(message_id));
        if let Some(link) = unsubscribe {
            for (name, value) in [
                ("List-Unsubscribe", format!("<{link}>")),
                ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()),
            ] {
                let name = HeaderName::new_from_ascii(name.to_owned()).map_err(|_| "a header's name is ASCII")?;
                builder = builder.raw_header(HeaderValue::new(name, value));
            }
        }
        let message = builder.multipart(MultiPart::alternative_plain_html(rendered.text, rendered.html))?;
        Ok(message.formatted())
    }
}

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
        let Recipient { order, contact } = recipient;
        let Some(address) = contact.email.as_deref().and_then(|email| email.parse::<Address>().ok()) else {
            return Ok(Attempt::Skip(domain::notification::SkipReason::NoAddress));
        };
        let unsubscribe = details.kind.is_refusable().then(|| self.unsubscribe_link(id));
        let rendered =
            match self.channels.renderer.email(details, &order, contact.locale.as_deref(), unsubscribe.as_deref()) {
                Ok(rendered) => rendered,
                // A tenant's template may be mended.
                Err(error) => return Ok(Attempt::not_taken(&service_kit::errors::chain(&error))),
            };
        let message = email.message(id, address.clone(), rendered, unsubscribe.as_deref())?;
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
            Err(Guarded::Resting) => Attempt::not_taken("the mail server is given a rest"),
            Err(Guarded::Failed(SmtpFailure { failure, cause, .. })) => Attempt::Failed { failure, cause },
        })
    }
}

fn of(smtp: &Smtp, error: Guarded<SmtpFailure>) -> Attempt {
    match error {
        Guarded::Resting => Attempt::PutOff { pause_ms: smtp.guard.rest_pause_ms() },
        Guarded::Failed(SmtpFailure { failure: Failure::Unknown, cause, .. }) => {
            Attempt::Failed { failure: Failure::NotTaken, cause }
        }
        Guarded::Failed(SmtpFailure { failure, cause, .. }) => Attempt::Failed { failure, cause },
    }
}
