//! Fixtures of the decisions' tests. Moments are seconds after the event that is told of.

use uuid::Uuid;

use super::{
    Failure, NotificationCommand, RecordFailure, RecordSent, RequestNotification, ResendNotification, SkipNotification,
    StartSending, Wake,
};
use crate::notification::{
    Channel, Kind, Notification, NotificationEvent, NotificationFailed, NotificationRequested, NotificationSent,
    NotificationSkipped, NotificationUncertain, ResendRequested, SendingDelayed, SendingStarted, SkipReason, Told,
    pause_s,
};
use crate::testing::{Given, given_for};
use crate::{EventId, OrderId, Reason, RequestId, TenantId, Timestamp, WebhookEndpointId};

/// When it is too late to tell, in seconds.
pub(in crate::notification) const UNTIL_S: i64 = 86_400;

pub(in crate::notification) fn given(history: impl IntoIterator<Item = NotificationEvent>) -> Given<Notification> {
    given_for(history)
}

pub(in crate::notification) fn at(seconds: i64) -> Timestamp {
    Timestamp::try_from_micros(1_600_000_000_000_000 + seconds * 1_000_000).unwrap()
}

pub(in crate::notification) fn order() -> OrderId {
    OrderId::new(Uuid::from_u128(1))
}

fn event() -> EventId {
    EventId::new(Uuid::from_u128(7))
}

fn tenant() -> TenantId {
    TenantId::try_new("shop").unwrap()
}

fn cause() -> Reason {
    Reason::try_new("451 later").unwrap()
}

fn endpoint(channel: Channel) -> Option<WebhookEndpointId> {
    (channel == Channel::Webhook).then(|| WebhookEndpointId::new(Uuid::from_u128(9)))
}

fn command(channel: Channel, now: i64) -> RequestNotification {
    RequestNotification {
        tenant: tenant(),
        order: order(),
        event: event(),
        kind: Kind::OrderConfirmed,
        channel,
        endpoint: endpoint(channel),
        told: Told::default(),
        occurred_at: at(0),
        send_until: at(UNTIL_S),
        at: at(now),
    }
}

pub(in crate::notification) fn request(channel: Channel, now: i64) -> NotificationCommand {
    command(channel, now).into()
}

/// A request of another tenant.
pub(in crate::notification) fn foreign(channel: Channel) -> NotificationCommand {
    RequestNotification { tenant: TenantId::try_new("rival").unwrap(), ..command(channel, 0) }.into()
}

pub(in crate::notification) fn requested(channel: Channel) -> NotificationEvent {
    requested_at(channel, 0)
}

pub(in crate::notification) fn requested_at(channel: Channel, now: i64) -> NotificationEvent {
    NotificationEvent::NotificationRequested(NotificationRequested {
        tenant: tenant(),
        told: Told::default(),
        send_until: at(UNTIL_S),
        order: order(),
        event: event(),
        kind: Kind::OrderConfirmed,
        channel,
        endpoint: endpoint(channel),
        occurred_at: at(0),
        at: at(now),
    })
}

pub(in crate::notification) fn start(now: i64) -> NotificationCommand {
    StartSending { at: at(now) }.into()
}

pub(in crate::notification) fn started(attempt: u32, now: i64) -> NotificationEvent {
    NotificationEvent::SendingStarted(SendingStarted { order: order(), attempt, at: at(now) })
}

pub(in crate::notification) fn record_sent(attempt: u32, now: i64) -> NotificationCommand {
    RecordSent { attempt, reference: None, at: at(now) }.into()
}

pub(in crate::notification) fn sent(attempt: u32, now: i64) -> NotificationEvent {
    NotificationEvent::NotificationSent(NotificationSent { order: order(), attempt, reference: None, at: at(now) })
}

/// What was sent with the first attempt.
pub(in crate::notification) fn sent_by(channel: Channel) -> Vec<NotificationEvent> {
    vec![requested(channel), started(1, 0), sent(1, 1)]
}

pub(in crate::notification) fn failure(attempt: u32, failure: Failure, now: i64) -> NotificationCommand {
    RecordFailure { attempt, failure, cause: cause(), at: at(now) }.into()
}

/// The pause after an attempt of the schedule.
pub(in crate::notification) fn retry(channel: Channel, attempt: u32) -> i64 {
    pause_s(channel, attempt, event()).unwrap()
}

pub(in crate::notification) fn delayed(attempt: u32, retry_at: i64, now: i64) -> NotificationEvent {
    let (order, cause, retry_at) = (order(), cause(), at(retry_at));
    NotificationEvent::SendingDelayed(SendingDelayed { order, attempt, cause, retry_at, at: at(now) })
}

pub(in crate::notification) fn failed(attempt: u32, now: i64) -> NotificationEvent {
    NotificationEvent::NotificationFailed(NotificationFailed { order: order(), attempt, cause: cause(), at: at(now) })
}

pub(in crate::notification) fn uncertain(attempt: u32, now: i64) -> NotificationEvent {
    let (order, cause) = (order(), cause());
    NotificationEvent::NotificationUncertain(NotificationUncertain { order, attempt, cause, at: at(now) })
}

pub(in crate::notification) fn skip(reason: SkipReason, now: i64) -> NotificationCommand {
    SkipNotification { reason, at: at(now) }.into()
}

pub(in crate::notification) fn skipped(reason: SkipReason, now: i64) -> NotificationEvent {
    NotificationEvent::NotificationSkipped(NotificationSkipped { order: order(), reason, at: at(now) })
}

fn request_id(n: u128) -> RequestId {
    RequestId::new(Uuid::from_u128(n))
}

pub(in crate::notification) fn resend(request: u128, now: i64) -> NotificationCommand {
    ResendNotification { tenant: tenant(), request: request_id(request), at: at(now) }.into()
}

pub(in crate::notification) fn resend_requested(request: u128, now: i64) -> NotificationEvent {
    let (order, request) = (order(), request_id(request));
    NotificationEvent::ResendRequested(ResendRequested { order, request, at: at(now) })
}

pub(in crate::notification) fn wake(now: i64) -> NotificationCommand {
    Wake { now: at(now) }.into()
}
