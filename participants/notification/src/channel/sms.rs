//! SMS by a gateway.

use std::sync::Arc;
use std::time::Duration;

use domain::Reason;
use domain::notification::{Failure, Kind};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use service_kit::breaker::BreakerOptions;
use service_kit::config::SmsSettings;
use service_kit::errors::chain;

use super::cause::cause;
use super::guard::Guard;

/// Longest request to a gateway with its answer.
const ANSWER_MS_MAX: u64 = 10_000;
/// Longest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Most SMS under way.
const AT_ONCE_MAX: usize = 16;
/// How a gateway is spared.
const BREAKER: BreakerOptions = BreakerOptions { failing_share: 0.5, failing_of: 20, rest_ms: 15_000 };

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
    pub(crate) gateway: Arc<dyn SmsGateway>,
    pub(crate) guard: Guard,
    pub(crate) sender: String,
}

impl Sms {
    /// SMS by a gateway, from a sender that it knows.
    pub fn new(gateway: Arc<dyn SmsGateway>, sender: String) -> Self {
        Self { gateway, guard: Guard::new(AT_ONCE_MAX, BREAKER), sender }
    }

    /// Whether a kind is told by SMS: what a customer has to do or wait for now. Each costs money.
    pub(crate) const fn tells(kind: Kind) -> bool {
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
