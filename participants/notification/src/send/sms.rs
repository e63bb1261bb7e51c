//! SMS by a gateway.

use std::sync::Arc;
use std::time::Duration;

use domain::notification::{Failure, Kind, NotificationDetails, SkipReason};
use domain::{NotificationId, Reason};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use service_kit::BoxError;
use service_kit::config::SmsSettings;
use service_kit::errors::chain;

use super::guard::{BUSY_PAUSE_MS, Guard, GuardOptions, Guarded};
use super::{Attempt, cause};
use crate::context::Notifications;
use crate::recipient::{Reached, Recipient};

/// Longest request to a gateway with its answer.
const ANSWER_MS_MAX: u64 = 10_000;
/// Longest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// How a gateway is spared.
const GUARD: GuardOptions = GuardOptions { at_once_max: 16, failing_share: 0.5, failing_of: 20, rest_ms: 15_000 };

/// An SMS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SmsMessage {
    /// Recognises repetitions.
    pub id: String,
    pub from: String,
    /// Digits, with a plus sign before them where the number is international.
    pub to: String,
    pub text: String,
}

/// Why a gateway did not take an SMS.
#[derive(Debug)]
pub struct SmsFailure {
    pub failure: Failure,
    pub cause: Reason,
}

/// Takes SMS. A message of an id that it has taken is not sent again.
pub trait SmsGateway: Send + Sync {
    /// Hands an SMS over. Returns what the gateway calls it, if it says so.
    fn send<'a>(&'a self, message: &'a SmsMessage) -> BoxFuture<'a, Result<Option<Reason>, SmsFailure>>;
}

/// Sends SMS of some kinds.
pub struct Sms {
    gateway: Arc<dyn SmsGateway>,
    guard: Guard,
    sender: String,
}

impl Sms {
    /// SMS by a gateway, from a sender that it knows.
    pub fn new(gateway: Arc<dyn SmsGateway>, sender: String) -> Self {
        Self { gateway, guard: Guard::new(GUARD), sender }
    }

    /// Whether a kind is told by SMS: what a customer has to do or wait for now. Each costs money.
    pub(crate) const fn tells(&self, kind: Kind) -> bool {
        match kind {
            Kind::PaymentActionRequired | Kind::Shipment | Kind::Delivery | Kind::Delay => true,
            Kind::OrderConfirmed
            | Kind::PaymentReceived
            | Kind::PaymentDeclined
            | Kind::Preparation
            | Kind::Cancellation
            | Kind::Refund => false,
        }
    }
}

impl Notifications {
    pub(super) async fn send_sms(
        &self,
        id: NotificationId,
        details: &NotificationDetails,
    ) -> Result<Attempt, BoxError> {
        let Some(sms) = &self.channels.sms else { return Ok(Attempt::not_taken("no gateway is set")) };
        let Some(_place) = sms.guard.enter() else { return Ok(Attempt::PutOff { pause_ms: BUSY_PAUSE_MS }) };
        let Recipient { order, contact } = match self.recipient(details).await? {
            Reached::Recipient(recipient) => recipient,
            Reached::Not(attempt) => return Ok(attempt),
        };
        let Some(to) = contact.phone.as_deref().map(dialled) else { return Ok(Attempt::Skip(SkipReason::NoAddress)) };
        let text = match self.channels.renderer.sms(details, &order, contact.locale.as_deref()) {
            Ok(text) => text,
            Err(error) => return Ok(Attempt::not_taken(&chain(&error))),
        };
        if !self.start(id, details).await? {
            return Ok(Attempt::NotOurs);
        }
        // Another id where a person asked for it again, so that the gateway does not take it for a repetition.
        let id =
            if details.attempts_before == 0 { id.to_string() } else { format!("{id}.{}", details.attempts_before) };
        let message = SmsMessage { id, from: sms.sender.clone(), to, text };
        let is_failure = |failure: &SmsFailure| failure.failure != Failure::Refused;
        Ok(match sms.guard.call(is_failure, sms.gateway.send(&message)).await {
            Ok(reference) => Attempt::Sent { reference },
            Err(Guarded::Resting) => Attempt::not_taken("the gateway is given a rest"),
            Err(Guarded::Failed(SmsFailure { failure, cause })) => Attempt::Failed { failure, cause },
        })
    }
}

/// A number as it is dialled.
fn dialled(phone: &str) -> String {
    // The zero in (0) is for those who call from within the country.
    let phone = if phone.trim_start().starts_with('+') { phone.replace("(0)", "") } else { phone.to_owned() };
    phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
}

/// A gateway that takes SMS as JSON by `POST`, with a bearer token and an `Idempotency-Key`, and answers 2xx with an optional `id`.
pub struct HttpGateway {
    client: reqwest::Client,
    settings: SmsSettings,
}

#[derive(Deserialize)]
struct Taken {
    #[serde(default)]
    id: Option<String>,
}

impl HttpGateway {
    /// The gateway that the settings name.
    pub fn new(settings: SmsSettings) -> Self {
        let client = reqwest::Client::builder()
            .timeout(Duration::from_millis(ANSWER_MS_MAX))
            .redirect(reqwest::redirect::Policy::none())
            .build();
        let client = client.expect("TLS is compiled in and needs nothing of the machine");
        Self { client, settings }
    }

    async fn post(&self, message: &SmsMessage) -> Result<Option<Reason>, SmsFailure> {
        let failed = |failure, text: &str| SmsFailure { failure, cause: cause(text) };
        let request = self.client.post(&self.settings.url).bearer_auth(self.settings.key.expose());
        let answer = request.header("idempotency-key", &message.id).json(message).send().await;
        let answer = answer.map_err(|error| {
            let failure = if error.is_connect() { Failure::NotTaken } else { Failure::Unknown };
            failed(failure, &chain(&error.without_url()))
        })?;
        let status = answer.status();
        if status.is_success() {
            let body = answer.bytes().await.unwrap_or_default();
            let body = &body[..body.len().min(ANSWER_BYTES_MAX)];
            let taken: Option<Taken> = serde_json::from_slice(body).ok();
            return Ok(taken.and_then(|taken| taken.id).map(|id| cause(&id)));
        }
        let is_refused = status.is_client_error() && ![408, 409, 425, 429].contains(&status.as_u16());
        let failure = if is_refused { Failure::Refused } else { Failure::NotTaken };
        Err(failed(failure, &format!("the gateway answered {status}")))
    }
}

impl SmsGateway for HttpGateway {
    fn send<'a>(&'a self, message: &'a SmsMessage) -> BoxFuture<'a, Result<Option<Reason>, SmsFailure>> {
        Box::pin(self.post(message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_dialled_without_its_signs() {
        assert_eq!(dialled("+44 (0)20 7946-0000"), "+442079460000");
        assert_eq!(dialled("(020) 7946.0000"), "02079460000");
    }
}
