//! The requests of other participants, as they come in messages.

use std::sync::Arc;

use domain::contract::{ContractMoney, Request};
use domain::payment::requests::{CaptureMode, PaymentRequest, REQUESTS_TOPIC};
use domain::{Currency, CustomerId, Money, OrderId, PaymentId, Reason};
use event_store::Metadata;
use messaging::{Decoder, DeliveredRequest};
use request_kit::{InvalidField, Outcome, Source, invalid};
use service_kit::errors::chain;

use crate::context::Payments;
use crate::payment::{AskError, Asked, AskedBy};

/// The consumer group of the requests.
pub const GROUP: &str = "payment.requests.v1";

/// Money is only captured when it is asked for.
#[derive(Debug, thiserror::Error)]
#[error("this release does not know the capture mode")]
struct UnknownMode;

/// The requests of payment's topic, each answered by the payment that it names.
pub fn source(payments: Arc<Payments>, decoder: Decoder<PaymentRequest>) -> Source {
    source_of(REQUESTS_TOPIC, payments, decoder)
}

/// The same, of a topic of another name.
pub fn source_of(topic: &str, payments: Arc<Payments>, decoder: Decoder<PaymentRequest>) -> Source {
    Source::requests(topic, decoder, move |delivered| {
        let payments = Arc::clone(&payments);
        async move { handle(&payments, delivered).await }
    })
}

async fn handle(payments: &Payments, delivered: DeliveredRequest<PaymentRequest>) -> Outcome {
    let (id, order, asked) = match read(&delivered.request) {
        Ok(read) => read,
        Err(error) => return Outcome::Poison(chain(&error)),
    };
    let DeliveredRequest { request, correlation_id, traceparent, .. } = delivered;
    let by = AskedBy {
        request: request.id,
        tenant: request.tenant,
        order,
        metadata: Metadata::caused_by(&request.id, correlation_id, traceparent),
    };
    match payments.answer(id, &asked, &by).await {
        Ok(events) => {
            if let Err(error) = payments.tell_started(id, &events).await {
                // The answer is stored, and the payment's timer finds out what became of the effect.
                tracing::warn!(payment.id = %id, error = chain(&error), "the provider's answer was not recorded");
            }
            Outcome::Done
        }
        Err(error @ AskError::Refused { .. }) => Outcome::Poison(chain(&error)),
        Err(AskError::Store { source, .. }) => source.into(),
    }
}

fn read(request: &Request<PaymentRequest>) -> Result<(PaymentId, OrderId, Asked), InvalidField> {
    let (id, order, asked) = match &request.body {
        PaymentRequest::AuthorizePayment(body) => {
            if body.capture != CaptureMode::Manual {
                return Err(invalid("capture")(UnknownMode));
            }
            let customer = body.customer.as_ref().map(CustomerId::try_new).transpose().map_err(invalid("customer"))?;
            (&body.payment_id, &body.order_id, Asked::Request { customer, amount: amount(&body.amount)? })
        }
        PaymentRequest::CapturePayment(body) => {
            (&body.payment_id, &body.order_id, Asked::Capture { amount: amount(&body.amount)? })
        }
        PaymentRequest::VoidPayment(body) => (&body.payment_id, &body.order_id, Asked::Void),
        PaymentRequest::RefundPayment(body) => {
            let reason = Reason::try_new(&*body.reason).map_err(invalid("reason"))?;
            (&body.payment_id, &body.order_id, Asked::Refund { amount: amount(&body.amount)?, reason })
        }
    };
    let id = id.parse().map_err(invalid("payment_id"))?;
    let order = order.parse().map_err(invalid("order_id"))?;
    Ok((id, order, asked))
}

fn amount(amount: &ContractMoney) -> Result<Money, InvalidField> {
    Ok(Money::new(amount.minor, Currency::try_new(&amount.currency).map_err(invalid("amount"))?))
}
