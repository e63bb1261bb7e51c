//! The ways to customers and merchants, with no notification by name: a mail server, a gateway of SMS, endpoints of webhooks.

mod addresses;
mod attempt;
mod cause;
mod email;
mod guard;
mod sms;
mod smtp;
mod webhook;

pub use email::{Email, EmailSetupError};
pub use sms::{HttpGateway, Sms, SmsFailure, SmsGateway, SmsMessage};
pub use smtp::{SmtpOptions, SmtpSetupError};
pub use webhook::{WebhookOptions, Webhooks};

pub(crate) use addresses::{RefusedUrl, check_url};
pub(crate) use attempt::Attempt;
pub(crate) use cause::cause;
pub(crate) use guard::BUSY_PAUSE_MS;
pub(crate) use smtp::{Smtp, SmtpFailure};
pub(crate) use webhook::Answered;
