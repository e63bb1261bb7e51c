//! Notifications and endpoints as callers see them.

use domain::notification::{Channel, NotificationEvent, NotificationState, Outcome, SkipReason};
use domain::{NotificationId, OrderId, Timestamp, WebhookEndpointId};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::NotificationKind;
use crate::endpoints::Endpoint;

/// How it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum NotificationChannel {
    /// To the customer, by mail.
    Email,
    /// To the customer, by SMS.
    Sms,
    /// To the merchant's systems.
    Webhook,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum NotificationStatus {
    /// An attempt is to be made.
    Waiting,
    /// An attempt is under way.
    Sending,
    /// It was taken.
    Sent,
    /// It may have been taken. It is sent again only if somebody asks for it.
    Uncertain,
    /// It was refused for good, or no attempt succeeded in time.
    Failed,
    /// The recipient's personal data was erased.
    RecipientErased,
    /// What is told of happened too long ago.
    TooOld,
    /// The order has no address for the channel.
    NoAddress,
    /// The recipient does not want to be told.
    Unsubscribed,
    /// The endpoint was removed or switched off.
    EndpointGone,
}

impl NotificationStatus {
    const fn of(state: &NotificationState) -> Option<Self> {
        match state {
            NotificationState::Absent => None,
            NotificationState::Waiting { .. } => Some(Self::Waiting),
            NotificationState::Sending { .. } => Some(Self::Sending),
            NotificationState::Ended { outcome, .. } => Some(match outcome {
                Outcome::Sent => Self::Sent,
                Outcome::Uncertain => Self::Uncertain,
                Outcome::Failed => Self::Failed,
                Outcome::Skipped(SkipReason::RecipientErased) => Self::RecipientErased,
                Outcome::Skipped(SkipReason::TooOld) => Self::TooOld,
                Outcome::Skipped(SkipReason::NoAddress) => Self::NoAddress,
                Outcome::Skipped(SkipReason::Unsubscribed) => Self::Unsubscribed,
                Outcome::Skipped(SkipReason::EndpointGone) => Self::EndpointGone,
            }),
        }
    }
}

/// Something that somebody is told. Neither its text nor an address is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct NotificationView {
    /// The id of the notification, which a webhook has as `webhook-id`.
    #[schema(value_type = Uuid)]
    id: NotificationId,
    /// The version of the notification, which is also its ETag.
    pub(super) version: i64,
    /// The id of the order that is told of.
    #[schema(value_type = Uuid)]
    order_id: OrderId,
    /// What it is about.
    kind: NotificationKind,
    /// How it is told.
    channel: NotificationChannel,
    /// What became of it.
    status: NotificationStatus,
    /// How many attempts there were.
    attempts: u32,
    /// When what is told of happened.
    #[schema(value_type = String, format = DateTime)]
    occurred_at: Timestamp,
    /// When the next attempt is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    next_at: Option<Timestamp>,
}

impl NotificationView {
    pub(super) fn of(id: NotificationId, version: i64, state: &NotificationState) -> Option<Self> {
        let details = state.details()?;
        Some(Self {
            id,
            version,
            order_id: details.order,
            kind: NotificationKind::of(details.kind),
            channel: match details.channel {
                Channel::Email => NotificationChannel::Email,
                Channel::Sms => NotificationChannel::Sms,
                Channel::Webhook => NotificationChannel::Webhook,
            },
            status: NotificationStatus::of(state)?,
            attempts: details.attempts,
            occurred_at: details.occurred_at,
            next_at: match state {
                NotificationState::Waiting { next_at, .. } => Some(*next_at),
                NotificationState::Absent | NotificationState::Sending { .. } | NotificationState::Ended { .. } => None,
            },
        })
    }
}

/// A notification with what happened to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct NotificationHistory {
    #[serde(flatten)]
    pub(super) notification: NotificationView,
    /// What happened to it, in order.
    pub(super) log: Vec<NotificationLogEntry>,
}

/// Something that happened to a notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct NotificationLogEntry {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The type of the event.
    event: &'static str,
    /// The attempt's number, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempt: Option<u32>,
    /// What was answered, or why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

impl NotificationLogEntry {
    pub(super) fn of(event: &NotificationEvent) -> Self {
        use NotificationEvent as E;
        use domain::StoredEvent;
        let text = |reason: &domain::Reason| Some(reason.to_string());
        let (at, attempt, detail) = match event {
            E::NotificationRequested(event) => (event.at, None, None),
            E::SendingStarted(event) => (event.at, Some(event.attempt), None),
            E::SendingDelayed(event) => (event.at, Some(event.attempt), text(&event.cause)),
            E::NotificationSent(event) => (event.at, Some(event.attempt), event.reference.as_ref().and_then(text)),
            E::NotificationUncertain(event) => (event.at, Some(event.attempt), text(&event.cause)),
            E::NotificationFailed(event) => (event.at, Some(event.attempt), text(&event.cause)),
            E::NotificationSkipped(event) => (event.at, None, None),
            E::ResendRequested(event) => (event.at, None, None),
        };
        Self { at, event: event.event_type(), attempt, detail }
    }
}

/// Where webhooks go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct WebhookEndpointView {
    /// The id of the endpoint.
    #[schema(value_type = Uuid)]
    id: WebhookEndpointId,
    /// Where webhooks go.
    url: String,
    /// What webhooks are sent of; empty for all.
    kinds: Vec<NotificationKind>,
    /// Whether webhooks are sent.
    enabled: bool,
    /// Why the engine switched it off.
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_reason: Option<String>,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// What webhooks are signed with. It is shown once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl WebhookEndpointView {
    pub(super) fn of(endpoint: Endpoint, secret: Option<String>) -> Self {
        let Endpoint { id, url, kinds, enabled, disabled_reason, created_at } = endpoint;
        let kinds = kinds.into_iter().map(NotificationKind::of).collect();
        Self { id, url, kinds, enabled, disabled_reason, created_at, secret }
    }
}

/// What a customer wants to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct NotificationPreference {
    /// What it is about.
    pub(super) kind: NotificationKind,
    /// Whether the customer is told.
    pub(super) wanted: bool,
    /// Whether it can be refused. What the contract or the law wants told cannot.
    pub(super) refusable: bool,
}
