//! Emails.

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use service_kit::BoxError;

use super::smtp::{Smtp, SmtpOptions, SmtpSetupError};
use crate::render::Rendered;

/// Sends mails from one sender.
pub struct Email {
    pub(crate) smtp: Smtp,
    pub(crate) from: Mailbox,
}

/// Why no mails can be sent.
#[derive(Debug, thiserror::Error)]
pub enum EmailSetupError {
    /// The sender is no mailbox.
    #[error("NOTIFICATION_FROM is no sender such as Shop <shop@example.org>")]
    Sender(#[source] lettre::address::AddressError),
    #[error(transparent)]
    Server(#[from] SmtpSetupError),
}

impl Email {
    /// Mails through a server, from the sender that its settings name, such as `Shop <shop@example.org>`.
    ///
    /// # Errors
    /// [`EmailSetupError`] where the text is no sender, or the server's certificates cannot be verified.
    pub fn new(options: SmtpOptions) -> Result<Self, EmailSetupError> {
        let from = options.server.from.parse().map_err(EmailSetupError::Sender)?;
        Ok(Self { smtp: Smtp::new(options)?, from })
    }

    /// The name of the sender, if it has one.
    pub fn sender_name(&self) -> Option<&str> {
        self.from.name.as_deref()
    }

    /// The message to a recipient. Its id follows from the notification's, so that a mailbox that gets it twice can tell.
    pub(crate) fn message(&self, id: &str, to: Address, rendered: Rendered) -> Result<Vec<u8>, BoxError> {
        let message_id = format!("<{id}@{}>", self.from.email.domain());
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(rendered.subject)
            .message_id(Some(message_id));
        if let Some(link) = rendered.unsubscribe {
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
