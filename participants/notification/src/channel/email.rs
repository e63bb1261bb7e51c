//! Emails.

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use service_kit::BoxError;

use super::smtp::Smtp;
use crate::render::Rendered;

/// Sends mails from one sender.
pub struct Email {
    pub(crate) smtp: Smtp,
    pub(crate) from: Mailbox,
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
    pub(crate) fn message(
        &self,
        id: &str,
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
