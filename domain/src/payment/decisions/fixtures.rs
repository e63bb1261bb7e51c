//! Fixtures of the decisions' tests. Moments are in seconds, amounts in cents.

use uuid::Uuid;

use super::{
    AttachMethod, CapturePayment, RecordObservation, RecordRefusal, RefundPayment, Request, RequestPayment,
    VoidPayment, Wake,
};
use crate::payment::{
    AuthorizationExpired, AuthorizationStarted, CaptureFailed, CaptureStarted, EffectDelayed, Failure, ObservedPayment,
    ObservedStatus, Payment, PaymentActionRequired, PaymentAuthorized, PaymentCaptured, PaymentCommand,
    PaymentDeclined, PaymentDisputed, PaymentEvent, PaymentFailed, PaymentMethodAttached, PaymentOpened,
    PaymentRefunded, PaymentRequested, PaymentVoided, RefundFailed, RefundStarted, RequestRefusalReason,
    RequestRefused, VoidFailed, VoidStarted,
};
use crate::testing::{Given, given_for};
use crate::{Currency, CustomerId, Money, OrderId, ProviderReference, Reason, RequestId, TenantId, Timestamp, fold};

pub(in crate::payment) fn given(history: impl IntoIterator<Item = PaymentEvent>) -> Given<Payment> {
    given_for(history)
}

pub(in crate::payment) fn at(second: i64) -> Timestamp {
    Timestamp::try_from_micros(1_600_000_000_000_000 + second * 1_000_000).unwrap()
}

pub(in crate::payment) fn tenant() -> TenantId {
    TenantId::try_new("shop").unwrap()
}

pub(in crate::payment) fn order() -> OrderId {
    OrderId::new(Uuid::from_u128(1))
}

pub(in crate::payment) fn request_id(n: u128) -> RequestId {
    RequestId::new(Uuid::from_u128(n))
}

pub(in crate::payment) fn request(n: u128) -> Request {
    Request { id: request_id(n), tenant: tenant(), order: order() }
}

/// A request of another tenant.
pub(in crate::payment) fn foreign(n: u128) -> Request {
    Request { tenant: TenantId::try_new("other-shop").unwrap(), ..request(n) }
}

/// A request for another order.
pub(in crate::payment) fn other_order(n: u128) -> Request {
    Request { order: OrderId::new(Uuid::from_u128(2)), ..request(n) }
}

pub(in crate::payment) const fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

pub(in crate::payment) fn reference(text: &str) -> ProviderReference {
    ProviderReference::try_new(text).unwrap()
}

pub(in crate::payment) fn reason(text: &str) -> Reason {
    Reason::try_new(text).unwrap()
}

fn customer() -> CustomerId {
    CustomerId::try_new("c-1").unwrap()
}

pub(in crate::payment) fn request_payment(request: Request, minor: i64) -> PaymentCommand {
    RequestPayment { request, customer: Some(customer()), amount: eur(minor), at: at(0) }.into()
}

pub(in crate::payment) fn attach(request: Request, method: &str) -> PaymentCommand {
    AttachMethod { request, method: reference(method), at: at(0) }.into()
}

pub(in crate::payment) fn capture(request: Request, minor: i64) -> PaymentCommand {
    CapturePayment { request, amount: eur(minor), at: at(0) }.into()
}

pub(in crate::payment) fn void(request: Request) -> PaymentCommand {
    VoidPayment { request, at: at(0) }.into()
}

pub(in crate::payment) fn refund(request: Request, minor: i64) -> PaymentCommand {
    RefundPayment { request, amount: eur(minor), reason: reason("damaged"), at: at(0) }.into()
}

pub(in crate::payment) fn refusal(effect: u32, code: &str) -> PaymentCommand {
    RecordRefusal { effect, code: reason(code), at: at(0) }.into()
}

pub(in crate::payment) fn wake(second: i64) -> PaymentCommand {
    Wake { now: at(second) }.into()
}

/// The provider's payment without money.
pub(in crate::payment) fn seen(status: ObservedStatus) -> ObservedPayment {
    ObservedPayment {
        reference: reference("pi_1"),
        status,
        capturable: 0,
        captured: 0,
        refunded: 0,
        disputed: 0,
        expires_at: None,
        failure: None,
    }
}

/// The same with a failed attempt.
pub(in crate::payment) fn failing(attempt: Option<&str>) -> ObservedPayment {
    let failure = Failure { attempt: attempt.map(reference), code: reason("card_declined") };
    ObservedPayment { failure: Some(failure), ..seen(ObservedStatus::AwaitsMethod) }
}

pub(in crate::payment) fn observe(seen: ObservedPayment) -> PaymentCommand {
    RecordObservation { seen, effect: None, at: at(0) }.into()
}

/// The provider's answer to an effect.
pub(in crate::payment) fn answered(effect: u32, seen: ObservedPayment) -> PaymentCommand {
    RecordObservation { seen, effect: Some(effect), at: at(0) }.into()
}

pub(in crate::payment) fn requested() -> PaymentEvent {
    PaymentEvent::PaymentRequested(PaymentRequested {
        tenant: tenant(),
        request: request_id(1),
        order: order(),
        customer: Some(customer()),
        amount: eur(100),
        effect: 1,
        at: at(0),
    })
}

pub(in crate::payment) fn opened() -> PaymentEvent {
    let reference = reference("pi_1");
    PaymentEvent::PaymentOpened(PaymentOpened { request: Some(request_id(1)), order: order(), reference, at: at(0) })
}

pub(in crate::payment) fn failed() -> PaymentEvent {
    let code = reason("amount_too_small");
    PaymentEvent::PaymentFailed(PaymentFailed { request: Some(request_id(1)), order: order(), code, at: at(0) })
}

pub(in crate::payment) fn attached(request: u128, effect: u32, method: &str) -> Vec<PaymentEvent> {
    let (request, order, method, at) = (request_id(request), order(), reference(method), at(0));
    vec![
        PaymentEvent::PaymentMethodAttached(PaymentMethodAttached { request, order, method: method.clone(), at }),
        PaymentEvent::AuthorizationStarted(AuthorizationStarted { request, order, effect, method, at }),
    ]
}

pub(in crate::payment) fn action_required() -> PaymentEvent {
    let (request, order) = (Some(request_id(1)), order());
    PaymentEvent::PaymentActionRequired(PaymentActionRequired { request, order, until: at(900), at: at(0) })
}

fn authorized_with(minor: i64, expires_at: Option<Timestamp>) -> PaymentEvent {
    PaymentEvent::PaymentAuthorized(PaymentAuthorized {
        request: Some(request_id(1)),
        order: order(),
        amount: eur(minor),
        expires_at,
        at: at(0),
    })
}

pub(in crate::payment) fn authorized(minor: i64) -> PaymentEvent {
    authorized_with(minor, None)
}

pub(in crate::payment) fn authorized_until(minor: i64, second: i64) -> PaymentEvent {
    authorized_with(minor, Some(at(second)))
}

fn declined_with(attempt: Option<&str>, code: &str, attempts: u32, second: i64) -> PaymentEvent {
    PaymentEvent::PaymentDeclined(PaymentDeclined {
        attempt: attempt.map(reference),
        request: Some(request_id(1)),
        order: order(),
        code: reason(code),
        attempts,
        at: at(second),
    })
}

pub(in crate::payment) fn declined(attempts: u32, attempt: &str) -> PaymentEvent {
    declined_with(Some(attempt), "card_declined", attempts, 0)
}

pub(in crate::payment) fn declined_by(code: &str, attempts: u32) -> PaymentEvent {
    declined_with(None, code, attempts, 0)
}

pub(in crate::payment) fn declined_at(code: &str, attempts: u32, second: i64) -> PaymentEvent {
    declined_with(None, code, attempts, second)
}

pub(in crate::payment) fn capture_started(request: u128, effect: u32, minor: i64) -> PaymentEvent {
    let (request, order, amount) = (Some(request_id(request)), order(), eur(minor));
    PaymentEvent::CaptureStarted(CaptureStarted { request, order, effect, amount, at: at(0) })
}

pub(in crate::payment) fn captured(request: Option<u128>, amount: i64, captured: i64, capturable: i64) -> PaymentEvent {
    PaymentEvent::PaymentCaptured(PaymentCaptured {
        request: request.map(request_id),
        order: order(),
        amount: eur(amount),
        captured: eur(captured),
        capturable: eur(capturable),
        at: at(0),
    })
}

pub(in crate::payment) fn capture_failed(request: u128, effect: u32, code: &str) -> PaymentEvent {
    let (request, order, code) = (Some(request_id(request)), order(), reason(code));
    PaymentEvent::CaptureFailed(CaptureFailed { request, order, effect, code, at: at(0) })
}

pub(in crate::payment) fn void_started(request: Option<u128>, effect: u32) -> PaymentEvent {
    let request = request.map(request_id);
    PaymentEvent::VoidStarted(VoidStarted { request, order: order(), effect, at: at(0) })
}

pub(in crate::payment) fn voided(request: u128, confirmed: bool) -> PaymentEvent {
    let request = Some(request_id(request));
    PaymentEvent::PaymentVoided(PaymentVoided { tenant: tenant(), confirmed, request, order: order(), at: at(0) })
}

pub(in crate::payment) fn voided_by_provider() -> PaymentEvent {
    let (tenant, order) = (tenant(), order());
    PaymentEvent::PaymentVoided(PaymentVoided { tenant, confirmed: true, request: None, order, at: at(0) })
}

pub(in crate::payment) fn void_failed(request: u128, effect: u32, code: &str) -> PaymentEvent {
    let (request, order, code) = (Some(request_id(request)), order(), reason(code));
    PaymentEvent::VoidFailed(VoidFailed { request, order, effect, code, at: at(0) })
}

pub(in crate::payment) fn refund_started(request: u128, effect: u32, minor: i64) -> PaymentEvent {
    PaymentEvent::RefundStarted(RefundStarted {
        request: Some(request_id(request)),
        order: order(),
        effect,
        amount: eur(minor),
        reason: reason("damaged"),
        at: at(0),
    })
}

pub(in crate::payment) fn refunded(request: Option<u128>, amount: i64, refunded: i64) -> PaymentEvent {
    PaymentEvent::PaymentRefunded(PaymentRefunded {
        request: request.map(request_id),
        order: order(),
        amount: eur(amount),
        refunded: eur(refunded),
        at: at(0),
    })
}

pub(in crate::payment) fn refund_failed(request: u128, effect: u32, code: &str) -> PaymentEvent {
    let (request, order, code) = (Some(request_id(request)), order(), reason(code));
    PaymentEvent::RefundFailed(RefundFailed { request, order, effect, code, at: at(0) })
}

pub(in crate::payment) fn disputed(amount: i64, disputed: i64) -> PaymentEvent {
    let (amount, disputed) = (eur(amount), eur(disputed));
    PaymentEvent::PaymentDisputed(PaymentDisputed { request: None, order: order(), amount, disputed, at: at(0) })
}

pub(in crate::payment) fn expired_at(second: i64) -> PaymentEvent {
    PaymentEvent::AuthorizationExpired(AuthorizationExpired { request: None, order: order(), at: at(second) })
}

pub(in crate::payment) fn expired() -> PaymentEvent {
    expired_at(0)
}

pub(in crate::payment) fn delayed(request: u128, effect: u32, tries: u32, ask: i64, now: i64) -> PaymentEvent {
    let (request, order) = (Some(request_id(request)), order());
    PaymentEvent::EffectDelayed(EffectDelayed { request, order, effect, tries, ask_at: at(ask), at: at(now) })
}

pub(in crate::payment) fn request_refused(request: Request, reason: RequestRefusalReason) -> PaymentEvent {
    let Request { id: request, tenant, order } = request;
    PaymentEvent::RequestRefused(RequestRefused { tenant, request, order, reason, at: at(0) })
}

/// A history that leads to each stage, with no effect under way but for the first.
pub(in crate::payment) fn stages() -> Vec<Vec<PaymentEvent>> {
    let open = || vec![requested(), opened()];
    let with = |events: Vec<PaymentEvent>| open().into_iter().chain(events).collect();
    vec![
        vec![requested()],
        open(),
        with(vec![action_required()]),
        with(vec![authorized(100)]),
        with(vec![authorized(100), captured(None, 60, 60, 0)]),
        with(vec![authorized(100), captured(None, 100, 100, 0)]),
        with(vec![void_started(Some(8), 2), voided(8, true)]),
        vec![requested(), voided(8, false)],
        vec![requested(), failed()],
        with(vec![authorized(100), expired()]),
    ]
}

pub(in crate::payment) fn stage_of(history: &[PaymentEvent]) -> &'static str {
    fold::<Payment>(history).unwrap().name()
}
