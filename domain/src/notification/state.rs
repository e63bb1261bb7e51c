//! The states of a notification. Each carries only the data that later decisions and the sender need.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{EventId, OrderId, RequestId, TenantId, Timestamp, WebhookEndpointId};

use super::{SkipReason, Told};

/// The notification aggregate. The id of a stream follows from the event that it tells of.
#[derive(Debug, Clone, Copy)]
pub struct Notification;

/// What a notification is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// The merchant committed to the order.
    OrderConfirmed,
    /// Money was taken.
    PaymentReceived,
    /// The customer has to do something before the payment can be authorised.
    PaymentActionRequired,
    /// An attempt to pay failed.
    PaymentDeclined,
    /// The goods are being prepared.
    Preparation,
    /// Goods were handed to a carrier.
    Shipment,
    /// Goods have arrived.
    Delivery,
    /// It takes longer than expected.
    Delay,
    /// The order, or what is left of it, will not be sent.
    Cancellation,
    /// Money was given back.
    Refund,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::OrderConfirmed,
        Self::PaymentReceived,
        Self::PaymentActionRequired,
        Self::PaymentDeclined,
        Self::Preparation,
        Self::Shipment,
        Self::Delivery,
        Self::Delay,
        Self::Cancellation,
        Self::Refund,
    ];

    /// Its symbol, such as `ORDER_CONFIRMED`.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::OrderConfirmed => "ORDER_CONFIRMED",
            Self::PaymentReceived => "PAYMENT_RECEIVED",
            Self::PaymentActionRequired => "PAYMENT_ACTION_REQUIRED",
            Self::PaymentDeclined => "PAYMENT_DECLINED",
            Self::Preparation => "PREPARATION",
            Self::Shipment => "SHIPMENT",
            Self::Delivery => "DELIVERY",
            Self::Delay => "DELAY",
            Self::Cancellation => "CANCELLATION",
            Self::Refund => "REFUND",
        }
    }

    /// The kind of a symbol.
    pub fn of_symbol(symbol: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.symbol() == symbol)
    }

    /// Whether a customer may refuse to be told. What the contract or the law wants told cannot be refused.
    pub const fn is_refusable(self) -> bool {
        match self {
            Self::Preparation | Self::Shipment | Self::Delivery => true,
            Self::OrderConfirmed
            | Self::PaymentReceived
            | Self::PaymentActionRequired
            | Self::PaymentDeclined
            | Self::Delay
            | Self::Cancellation
            | Self::Refund => false,
        }
    }
}

/// How it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Channel {
    /// To the customer, by SMTP.
    Email,
    /// To the customer, by a gateway.
    Sms,
    /// To the merchant's systems, by HTTP.
    Webhook,
}

impl Channel {
    /// Its symbol, such as `EMAIL`.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Email => "EMAIL",
            Self::Sms => "SMS",
            Self::Webhook => "WEBHOOK",
        }
    }

    /// Whether a repetition is recognised by whoever takes the message, so that it may be sent again without knowing whether it was
    /// taken.
    pub const fn recognises_repetitions(self) -> bool {
        match self {
            Self::Email => false,
            Self::Sms | Self::Webhook => true,
        }
    }
}

/// The state of a notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotificationState {
    /// The notification has no event yet.
    Absent,
    /// An attempt is to be made.
    Waiting { details: NotificationDetails, next_at: Timestamp },
    /// An attempt is under way, or its result was lost.
    Sending { details: NotificationDetails, until: Timestamp },
    /// Nothing more happens, unless a person asks for it.
    Ended { details: NotificationDetails, outcome: Outcome },
}

/// How a notification ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    Sent,
    /// It may have been sent.
    Uncertain,
    Failed,
    Skipped(SkipReason),
}

/// What is told, of what, and how often it was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationDetails {
    pub tenant: TenantId,
    pub order: OrderId,
    pub event: EventId,
    pub kind: Kind,
    pub channel: Channel,
    /// Where a webhook goes.
    pub endpoint: Option<WebhookEndpointId>,
    pub told: Told,
    pub occurred_at: Timestamp,
    /// When it is too late to tell a customer.
    pub send_until: Timestamp,
    /// The number of the last attempt that was started or failed, from 1; 0 before the first.
    pub attempts: u32,
    /// How many attempts there were before a person last asked for it again. The schedule counts from there.
    pub attempts_before: u32,
    /// The requests to send it again.
    pub resends: BTreeSet<RequestId>,
}

impl NotificationState {
    /// The state's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Absent => "Absent",
            Self::Waiting { .. } => "Waiting",
            Self::Sending { .. } => "Sending",
            Self::Ended { outcome: Outcome::Sent, .. } => "Sent",
            Self::Ended { outcome: Outcome::Uncertain, .. } => "Uncertain",
            Self::Ended { outcome: Outcome::Failed, .. } => "Failed",
            Self::Ended { outcome: Outcome::Skipped(_), .. } => "Skipped",
        }
    }

    /// What is told, of what, and how often it was tried. `None` while it is absent.
    pub const fn details(&self) -> Option<&NotificationDetails> {
        match self {
            Self::Absent => None,
            Self::Waiting { details, .. } | Self::Sending { details, .. } | Self::Ended { details, .. } => {
                Some(details)
            }
        }
    }

    /// What is to be sent at a moment; `None` where nothing is, or not yet.
    pub fn due(&self, now: Timestamp) -> Option<&NotificationDetails> {
        match self {
            Self::Waiting { details, next_at } if *next_at <= now => Some(details),
            Self::Absent | Self::Waiting { .. } | Self::Sending { .. } | Self::Ended { .. } => None,
        }
    }
}
