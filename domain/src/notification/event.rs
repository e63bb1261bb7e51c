//! The events of a notification, as they are stored and as they are published. Released schemas change only through an upcaster.

use serde::{Deserialize, Serialize};

use crate::contract::declare_events;
use crate::{
    Carrier, EventId, Money, NotificationId, OrderId, Reason, RequestId, TenantId, Timestamp, TrackingNumber,
    WebhookEndpointId,
};

use super::{Channel, Kind};

declare_events! {
    kind "notification" stream notification_id: NotificationId namespace "orders.notification.v1";
    /// An event of a notification.
    stored NotificationEvent upcasters [];
    /// A record of a notification on the notification topic.
    public PublicEvent;

    /// Somebody is to be told.
    NotificationRequested "1.0" [
        tenant: TenantId,
        told: Told,
        /// When it is too late to tell.
        send_until: Timestamp,
    ] {
        order: OrderId,
        /// What is told of.
        event: EventId,
        kind: Kind,
        channel: Channel,
        /// Where a webhook goes.
        endpoint: Option<WebhookEndpointId>,
        /// When what is told of happened.
        occurred_at: Timestamp,
    }
    says |event| format!("{:?} to be told by {:?}", event.kind, event.channel);

    /// The message is about to be handed over.
    SendingStarted "1.0" {
        order: OrderId,
        /// From 1.
        attempt: u32,
    }
    says |event| format!("Attempt {} started", event.attempt);

    /// An attempt failed, and another follows.
    SendingDelayed "1.0" {
        order: OrderId,
        attempt: u32,
        cause: Reason,
        retry_at: Timestamp,
    }
    says |event| format!("Attempt {} failed: {}", event.attempt, event.cause);

    /// The message was taken.
    NotificationSent "1.0" {
        order: OrderId,
        attempt: u32,
        /// What whoever took it calls it.
        reference: Option<Reason>,
    }
    says |event| format!("Sent with attempt {}", event.attempt);

    /// Whether the message was taken is not known, and another attempt might tell it twice.
    NotificationUncertain "1.0" {
        order: OrderId,
        attempt: u32,
        cause: Reason,
    }
    says |event| format!("Attempt {} has an unknown outcome: {}", event.attempt, event.cause);

    /// The message was refused for good, or no attempt succeeded in time.
    NotificationFailed "1.0" {
        order: OrderId,
        attempt: u32,
        cause: Reason,
    }
    says |event| format!("Failed with attempt {}: {}", event.attempt, event.cause);

    /// Nobody is told.
    NotificationSkipped "1.0" {
        order: OrderId,
        reason: SkipReason,
    }
    says |event| format!("Not told: {:?}", event.reason);

    /// A person wants it to be sent again.
    ResendRequested "1.0" {
        order: OrderId,
        request: RequestId,
    }
    says |_event| "To be sent again".to_owned();
}

/// What is told, beside what is known of the order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Of a payment or a refund.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Set for a shipment, and for one that its carrier delays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<Carrier>,
    /// Set with the carrier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking: Option<TrackingNumber>,
    /// When the carrier expects to deliver what it delays, if it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_at: Option<Timestamp>,
    /// The symbol of why an order was cancelled or is late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

impl NotificationEvent {
    /// The attempt that begins with the event; `None` where none does.
    pub const fn starts(&self) -> Option<u32> {
        match self {
            Self::SendingStarted(event) => Some(event.attempt),
            Self::NotificationRequested(_)
            | Self::SendingDelayed(_)
            | Self::NotificationSent(_)
            | Self::NotificationUncertain(_)
            | Self::NotificationFailed(_)
            | Self::NotificationSkipped(_)
            | Self::ResendRequested(_) => None,
        }
    }
}

/// Why nobody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SkipReason {
    /// The recipient's personal data was erased.
    RecipientErased,
    /// What is told of happened too long ago.
    TooOld,
    /// The order has no address for the channel.
    NoAddress,
    /// The recipient does not want to be told.
    Unsubscribed,
    /// The endpoint of the webhook was removed or switched off.
    EndpointGone,
}
