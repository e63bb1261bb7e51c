//! The events of a payment, as they are stored and as they are published. Released schemas change only through an upcaster.
//!
//! An event that answers a request has the request's id; it is the reply. What was decided to be told to the provider is answered
//! twice: by the event that says so and by the one with its result.

use serde::{Deserialize, Serialize};

use crate::contract::declare_events;
use crate::{CustomerId, Money, OrderId, PaymentId, ProviderReference, Reason, RequestId, TenantId, Timestamp};

declare_events! {
    kind "payment" stream payment_id: PaymentId namespace "orders.payment.v1";
    /// An event of a payment.
    stored PaymentEvent upcasters [];
    /// A record of a payment on the payments topic.
    public PublicEvent;

    /// A payment of an order was asked for. It is being opened at the provider, which charges nobody.
    PaymentRequested "1.0" [
        tenant: TenantId,
    ] {
        request: RequestId,
        order: OrderId,
        customer: Option<CustomerId>,
        /// What is to be authorised.
        amount: Money,
        /// The number of the effect that opens it.
        effect: u32,
    }
    says |event| format!("Payment of {} asked for", event.amount);

    /// The provider has the payment under an id of its own. Nothing is charged.
    PaymentOpened "1.0" {
        request: Option<RequestId>,
        order: OrderId,
        /// The provider's id.
        reference: ProviderReference,
    }
    says |event| format!("Opened at the provider as {}", event.reference);

    /// The payment can never be authorised, since the provider refuses it whatever the method.
    PaymentFailed "1.0" {
        request: Option<RequestId>,
        order: OrderId,
        code: Reason,
    }
    says |event| format!("Failed: {}", event.code);

    /// The customer gave a method to pay with.
    PaymentMethodAttached "1.0" {
        request: RequestId,
        order: OrderId,
        /// The provider's id of the method.
        method: ProviderReference,
    }
    says |_event| "The customer chose how to pay".to_owned();

    /// The provider is being told to authorise with a method.
    AuthorizationStarted "1.0" {
        request: RequestId,
        order: OrderId,
        effect: u32,
        /// The provider's id of the method.
        method: ProviderReference,
    }
    says |_event| "Authorisation started".to_owned();

    /// The customer has to authenticate.
    PaymentActionRequired "1.0" {
        request: Option<RequestId>,
        order: OrderId,
        /// When it counts as declined.
        until: Timestamp,
    }
    says |_event| "The customer has to authenticate".to_owned();

    /// The amount is set aside for us and can be captured.
    PaymentAuthorized "1.0" {
        request: Option<RequestId>,
        order: OrderId,
        amount: Money,
        /// When it is given back unless it is captured; `None` where the provider does not say.
        expires_at: Option<Timestamp>,
    }
    says |event| format!("{} authorised", event.amount);

    /// An attempt to authorise failed. Another may follow.
    PaymentDeclined "1.0" [
        /// What tells the attempt from others.
        attempt: Option<ProviderReference>,
    ] {
        request: Option<RequestId>,
        order: OrderId,
        /// The provider's code, `action_expired` where the customer did not authenticate in time, `provider_unavailable` where the
        /// provider did not say.
        code: Reason,
        /// How many have failed.
        attempts: u32,
    }
    says |event| format!("Declined for the {}. time: {}", event.attempts, event.code);

    /// The provider is being told to capture.
    CaptureStarted "1.0" {
        request: Option<RequestId>,
        order: OrderId,
        effect: u32,
        /// What is to be captured in all.
        amount: Money,
    }
    says |event| format!("Capture up to {} started", event.amount);

    /// Money was captured.
    PaymentCaptured "1.0" {
        request: Option<RequestId>,
        order: OrderId,
        /// What was captured now; zero where a request asked for what was captured before.
        amount: Money,
        /// What was captured in all.
        captured: Money,
        /// What can still be captured. A provider that captures once gives back the rest.
        capturable: Money,
    }
    says |event| format!("{} captured, {} in all", event.amount, event.captured);

    /// The provider refuses to capture.
    CaptureFailed "1.0" {
        request: Option<RequestId>,
        order: OrderId,
        effect: u32,
        code: Reason,
    }
    says |event| format!("Capture failed: {}", event.code);

    /// The provider is being told to cancel what is authorised.
    VoidStarted "1.0" {
        request: Option<RequestId>,
        order: OrderId,
        effect: u32,
    }
    says |_event| "Void started".to_owned();

    /// Nothing is authorised any more, and nothing will be.
    PaymentVoided "1.0" [
        tenant: TenantId,
        /// Whether the provider said so. Else there was nothing to tell it.
        confirmed: bool,
    ] {
        request: Option<RequestId>,
        order: OrderId,
    }
    says |_event| "Voided".to_owned();

    /// The provider refuses to cancel.
    VoidFailed "1.0" {
        request: Option<RequestId>,
        order: OrderId,
        effect: u32,
        code: Reason,
    }
    says |event| format!("Void failed: {}", event.code);

    /// The provider is being told to give money back.
    RefundStarted "1.0" {
        request: Option<RequestId>,
        order: OrderId,
        effect: u32,
        /// What is to be refunded in all.
        amount: Money,
        reason: Reason,
    }
    says |event| format!("Refund up to {} started: {}", event.amount, event.reason);

    /// Money was given back.
    PaymentRefunded "1.0" {
        request: Option<RequestId>,
        order: OrderId,
        /// What was refunded now; zero where a request asked for what was refunded before.
        amount: Money,
        /// What was refunded in all.
        refunded: Money,
    }
    says |event| format!("{} refunded, {} in all", event.amount, event.refunded);

    /// The provider refuses to give money back.
    RefundFailed "1.0" {
        request: Option<RequestId>,
        order: OrderId,
        effect: u32,
        code: Reason,
    }
    says |event| format!("Refund failed: {}", event.code);

    /// The customer's bank took money back.
    PaymentDisputed "1.0" {
        request: Option<RequestId>,
        order: OrderId,
        /// What was taken back now.
        amount: Money,
        /// What was taken back in all.
        disputed: Money,
    }
    says |event| format!("{} charged back, {} in all", event.amount, event.disputed);

    /// The authorisation was not captured in time, so it is given back.
    AuthorizationExpired "1.0" {
        request: Option<RequestId>,
        order: OrderId,
    }
    says |_event| "The authorisation expired".to_owned();

    /// The result of an effect was looked for in vain.
    EffectDelayed "1.0" {
        request: Option<RequestId>,
        order: OrderId,
        effect: u32,
        /// How often it was looked for.
        tries: u32,
        /// When it is looked for again.
        ask_at: Timestamp,
    }
    says |event| format!("No answer from the provider, asked {} times", event.tries);

    /// A request was refused, and the payment stays as it was.
    RequestRefused "1.0" [
        tenant: TenantId,
    ] {
        request: RequestId,
        /// As the request says.
        order: OrderId,
        reason: RequestRefusalReason,
    }
    says |event| format!("Request refused: {:?}", event.reason);
}

/// Why a request was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RequestRefusalReason {
    /// No payment has been asked for under this id.
    NotRequested,
    /// The payment was asked for by another request.
    AlreadyRequested,
    /// The provider does not have the payment yet, or something else is being told to it. The same may be asked again later.
    InProgress,
    /// It is authorised already, so that no method is needed.
    AlreadyAuthorized,
    /// Nothing is authorised.
    NotAuthorized,
    /// Money was captured, so that only a refund undoes it.
    Captured,
    /// The payment was voided.
    Voided,
    /// The payment can never be authorised.
    Failed,
    /// The authorisation has expired.
    Expired,
    /// More than what can be captured.
    MoreThanAuthorized,
    /// More than what was captured less what was charged back.
    MoreThanCaptured,
    /// The amount is zero or less, or more than an amount can be.
    InvalidAmount,
    /// The amount is in another currency than the payment.
    OtherCurrency,
    /// The payment is another order's.
    OtherOrder,
}

impl PaymentEvent {
    /// The number of the effect that begins with the event; `None` where none does.
    pub const fn starts(&self) -> Option<u32> {
        match self {
            Self::PaymentRequested(event) => Some(event.effect),
            Self::AuthorizationStarted(event) => Some(event.effect),
            Self::CaptureStarted(event) => Some(event.effect),
            Self::VoidStarted(event) => Some(event.effect),
            Self::RefundStarted(event) => Some(event.effect),
            Self::PaymentOpened(_)
            | Self::PaymentFailed(_)
            | Self::PaymentMethodAttached(_)
            | Self::PaymentActionRequired(_)
            | Self::PaymentAuthorized(_)
            | Self::PaymentDeclined(_)
            | Self::PaymentCaptured(_)
            | Self::CaptureFailed(_)
            | Self::PaymentVoided(_)
            | Self::VoidFailed(_)
            | Self::PaymentRefunded(_)
            | Self::RefundFailed(_)
            | Self::PaymentDisputed(_)
            | Self::AuthorizationExpired(_)
            | Self::EffectDelayed(_)
            | Self::RequestRefused(_) => None,
        }
    }

    /// The request that the event answers; `None` for one that no request has asked for.
    pub const fn request(&self) -> Option<RequestId> {
        match self {
            Self::PaymentRequested(event) => Some(event.request),
            Self::PaymentMethodAttached(event) => Some(event.request),
            Self::AuthorizationStarted(event) => Some(event.request),
            Self::RequestRefused(event) => Some(event.request),
            Self::PaymentOpened(event) => event.request,
            Self::PaymentFailed(event) => event.request,
            Self::PaymentActionRequired(event) => event.request,
            Self::PaymentAuthorized(event) => event.request,
            Self::PaymentDeclined(event) => event.request,
            Self::CaptureStarted(event) => event.request,
            Self::PaymentCaptured(event) => event.request,
            Self::CaptureFailed(event) => event.request,
            Self::VoidStarted(event) => event.request,
            Self::PaymentVoided(event) => event.request,
            Self::VoidFailed(event) => event.request,
            Self::RefundStarted(event) => event.request,
            Self::PaymentRefunded(event) => event.request,
            Self::RefundFailed(event) => event.request,
            Self::PaymentDisputed(event) => event.request,
            Self::AuthorizationExpired(event) => event.request,
            Self::EffectDelayed(event) => event.request,
        }
    }
}
