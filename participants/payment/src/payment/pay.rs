use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use command_kit::http::form::{Form, Text};
use command_kit::http::{Keyed, OptionalJsonBody, optional_text};
use command_kit::{Broken, Caller, Fields, Refusal};
use domain::payment::{Payment, PaymentDetails, PaymentState, Stage};
use domain::{Decider, OrderId, PaymentId, ProviderReference, Scope};
use event_store::StreamId;
use serde::{Deserialize, Serialize};
use service_kit::backoff::Backoff;
use service_kit::clock::Stopwatch;
use service_kit::errors::chain;
use tokio::sync::futures::Notified;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::OrderPath;
use super::request::Asked;
use super::task::Task;
use super::view::{PAYMENTS_MAX, PaymentView, visible};
use crate::code::{PAID_BY_TRANSFER, PAYMENT_NOT_READY, PROVIDER_UNAVAILABLE};
use crate::context::{AppState, Payments};
use crate::provider::bank::is_bank_reference;

/// How long a request to pay waits until the order has asked for a payment and the provider has it.
const READY_MS_MAX: u64 = 2_000;
/// The first and the longest pause before it looks again, unless this process appends to the payment meanwhile.
const READY_PAUSE_MS_MIN: u64 = 100;
const READY_PAUSE_MS_MAX: u64 = 500;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(pay))
}

/// The forms of the body's texts.
pub(super) const TEXTS: &[Text] = &[Text::new("PayBody", "paymentMethod", Form::Ascii, ProviderReference::LIMIT)];

/// How to pay.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"paymentMethod": "pm_card_visa"}))]
struct PayBody {
    /// The provider's id of a method to pay with. Without it, the answer has a secret with which the customer's browser gives the
    /// provider a method itself. Never a card's number.
    #[serde(default, deserialize_with = "optional_text")]
    payment_method: Option<String>,
}

/// How to pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PayInput {
    pub method: Option<ProviderReference>,
}

impl PayBody {
    fn check(self) -> Result<PayInput, Refusal> {
        let mut fields = Fields::default();
        // A provider's id has a prefix, a card's number has not; and a card's number must come no further than this.
        let is_id = self.payment_method.as_ref().is_none_or(|text| text.contains('_'));
        let is_id = if is_id {
            Ok(())
        } else {
            Err(Broken("not_a_payment_method", "a method is a provider's id, such as pm_…"))
        };
        fields.check("/paymentMethod", is_id);
        let method = fields.check_optional("/paymentMethod", self.payment_method, ProviderReference::try_new);
        fields.finish(|| Some(PayInput { method: method? }))
    }
}

/// A payment of which a customer can be told something.
struct Ready {
    id: PaymentId,
    is_by_transfer: bool,
}

/// What is known of an order's payments.
struct Newest {
    /// The number of the newest one, or of the one that is waited for.
    number: u32,
    ready: Option<Ready>,
}

impl Payments {
    /// Pays the newest payment of an order, or gives the customer's browser what it needs to do so. Returns the payment afterwards,
    /// and whether the request is a repeat.
    ///
    /// # Errors
    /// A [`Refusal`]; a retryable one where the order has asked for no payment within two seconds, or it is somebody else's.
    #[tracing::instrument(name = "command.payment.pay", skip_all, fields(order.id = %order))]
    pub async fn pay(&self, caller: &Caller, order: OrderId, input: PayInput) -> Result<(PaymentView, bool), Refusal> {
        caller.require(Scope::ORDERS_PLACE)?;
        let Ready { id, is_by_transfer } = self.ready(caller, order).await?;
        let (mut view, replayed) = match input.method.clone() {
            None => (self.shown(caller, order, id).await?, false),
            // Told to the provider, it would count as a declined attempt.
            Some(_) if is_by_transfer => {
                let detail = "leave paymentMethod out; the answer says where to transfer the money";
                return Err(Refusal::new(PAID_BY_TRANSFER, detail));
            }
            Some(method) => {
                let (operation, scopes) = ("payment.pay", &[Scope::ORDERS_PLACE]);
                let asked = Asked::Attach { method };
                self.ask(caller, Task { operation, scopes, order, id, input: &input, asked }).await?
            }
        };
        if !is_by_transfer && let Some(secret) = self.client_secret(caller, order, id, input.method.is_none()).await? {
            view.client_secret = Some(secret);
        }
        Ok((view, replayed))
    }

    /// The newest payment of an order, once the provider has it.
    async fn ready(&self, caller: &Caller, order: OrderId) -> Result<Ready, Refusal> {
        let watch = Stopwatch::start();
        let mut pauses = Backoff::between_ms(READY_PAUSE_MS_MIN, READY_PAUSE_MS_MAX);
        let mut number = 1;
        loop {
            let changed = self.changed(PaymentId::of(order, number));
            let newest = self.newest(caller, order, number).await?;
            if let Some(ready) = newest.ready {
                return Ok(ready);
            }
            if watch.elapsed() >= Duration::from_millis(READY_MS_MAX) {
                let detail = "the order has not asked for a payment yet, or it is not yours; try again";
                return Err(Refusal::new(PAYMENT_NOT_READY, detail));
            }
            if newest.number == number {
                let _in_any_case = tokio::time::timeout(pauses.next_pause(), changed).await;
            }
            number = newest.number;
        }
    }

    /// The newest of an order's payments from a number on.
    async fn newest(&self, caller: &Caller, order: OrderId, first: u32) -> Result<Newest, Refusal> {
        let mut newest = Newest { number: first, ready: None };
        for number in first..=PAYMENTS_MAX {
            let id = PaymentId::of(order, number);
            let state = self.loaded(id).await?.state;
            if matches!(*state, PaymentState::Absent) {
                break;
            }
            newest.number = number;
            newest.ready = visible(&state, caller, order)
                .filter(|payment| is_ready(payment))
                .map(|payment| Ready { id, is_by_transfer: payment.reference.as_ref().is_some_and(is_bank_reference) });
        }
        Ok(newest)
    }

    /// Is done once this process may have changed a payment after this call.
    fn changed(&self, id: PaymentId) -> Notified<'_> {
        self.runner.units().store().appended_to(&StreamId::new(Payment::KIND, &id.to_string()))
    }

    /// The payment's secret, while the customer can use it.
    async fn client_secret(
        &self,
        caller: &Caller,
        order: OrderId,
        id: PaymentId,
        is_needed: bool,
    ) -> Result<Option<String>, Refusal> {
        let state = self.loaded(id).await?.state;
        let Some(payment) = visible(&state, caller, order) else { return Ok(None) };
        let is_useful = match payment.stage {
            Stage::Pending => is_needed,
            Stage::RequiresAction { .. } => true,
            Stage::Authorized { .. }
            | Stage::PartiallyCaptured
            | Stage::Captured
            | Stage::Voided { .. }
            | Stage::Failed
            | Stage::Expired => false,
        };
        let Some(reference) = payment.reference.as_ref().filter(|_| is_useful) else { return Ok(None) };
        match self.provider.read(reference).await {
            Ok(known) => Ok(known.client_secret.map(|secret| secret.expose().to_owned())),
            Err(error) => {
                tracing::warn!(payment.id = %id, error = chain(&error), "a payment's secret cannot be read");
                Err(Refusal::new(PROVIDER_UNAVAILABLE, "the payment provider does not answer; try again"))
            }
        }
    }
}

/// Whether a customer can be told something of a payment: the provider has it, or it never will.
fn is_ready(payment: &PaymentDetails) -> bool {
    payment.reference.is_some() || matches!(payment.stage, Stage::Voided { .. } | Stage::Failed)
}

/// Pay an order
///
/// With a method, the provider is told to authorise with it; the answer says whether that worked, was declined or needs the
/// customer to authenticate. Without one, the answer has the secret with which the customer's browser gives the provider a method.
/// Card data never comes here. Where the tenant is paid by bank transfer, the answer says where to and with which reference. Right
/// after an order was placed there may be no payment yet: the request waits for up to two seconds, and is then refused with
/// `payment_not_ready`.
#[utoipa::path(post, path = "/v1/orders/{id}/payments", tag = "payments", request_body = PayBody, responses(
    (status = 201, description = "The payment as it is now.", body = PaymentView),
    (status = 202, description = "The provider has not answered yet.", body = PaymentView),
))]
async fn pay(
    State(payments): State<Arc<Payments>>,
    Keyed(caller): Keyed,
    OrderPath(order): OrderPath,
    OptionalJsonBody(body): OptionalJsonBody<PayBody>,
) -> Result<Response, Refusal> {
    let (view, replayed) = payments.pay(&caller, order, body.check()?).await?;
    Ok(view.respond(StatusCode::CREATED, replayed))
}
