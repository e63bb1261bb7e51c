//! The bodies of requests.

use command_kit::http::form::{Form, Text};
use command_kit::{Broken, Fields, Refusal};
use domain::notification::Kind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::channel::{RefusedUrl, check_url};

/// Longest URL of an endpoint, in characters.
const URL_CHARS_MAX: usize = 2_000;

/// The forms of the bodies' texts.
pub(super) const TEXTS: &[Text] = &[
    Text::new("WebhookEndpointBody", "url", Form::Ascii, URL_CHARS_MAX),
    Text::new("WebhookEndpointChangeBody", "url", Form::Ascii, URL_CHARS_MAX),
];

/// What a notification is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum NotificationKind {
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

impl NotificationKind {
    pub(super) const fn of(kind: Kind) -> Self {
        match kind {
            Kind::OrderConfirmed => Self::OrderConfirmed,
            Kind::PaymentReceived => Self::PaymentReceived,
            Kind::PaymentActionRequired => Self::PaymentActionRequired,
            Kind::PaymentDeclined => Self::PaymentDeclined,
            Kind::Preparation => Self::Preparation,
            Kind::Shipment => Self::Shipment,
            Kind::Delivery => Self::Delivery,
            Kind::Delay => Self::Delay,
            Kind::Cancellation => Self::Cancellation,
            Kind::Refund => Self::Refund,
        }
    }

    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::OrderConfirmed => Kind::OrderConfirmed,
            Self::PaymentReceived => Kind::PaymentReceived,
            Self::PaymentActionRequired => Kind::PaymentActionRequired,
            Self::PaymentDeclined => Kind::PaymentDeclined,
            Self::Preparation => Kind::Preparation,
            Self::Shipment => Kind::Shipment,
            Self::Delivery => Kind::Delivery,
            Self::Delay => Kind::Delay,
            Self::Cancellation => Kind::Cancellation,
            Self::Refund => Kind::Refund,
        }
    }
}

/// Where webhooks are to go.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"url": "https://shop.example/hooks", "kinds": ["SHIPMENT", "REFUND"]}))]
pub(super) struct WebhookEndpointBody {
    /// An https URL whose host has public addresses alone.
    #[schema(max_length = 2000)]
    pub(super) url: String,
    /// What webhooks are sent of; all kinds where it is empty or left out.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub(super) kinds: Vec<NotificationKind>,
}

/// Where webhooks are to go from now on.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"url": "https://shop.example/hooks", "kinds": [], "enabled": true}))]
pub(super) struct WebhookEndpointChangeBody {
    /// An https URL whose host has public addresses alone.
    #[schema(max_length = 2000)]
    pub(super) url: String,
    /// What webhooks are sent of; all kinds where it is empty.
    #[schema(max_items = 20)]
    pub(super) kinds: Vec<NotificationKind>,
    /// Whether webhooks are sent.
    pub(super) enabled: bool,
}

/// Whether a customer wants to be told.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"kind": "DELIVERY", "wanted": false}))]
pub(super) struct NotificationPreferenceBody {
    /// What a notification is about.
    pub(super) kind: NotificationKind,
    /// Whether the customer wants to be told.
    pub(super) wanted: bool,
}

/// Checks a URL and kinds.
pub(super) fn checked(
    url: String,
    kinds: &[NotificationKind],
    allow_private: bool,
) -> Result<(String, Vec<Kind>), Refusal> {
    let mut fields = Fields::default();
    let broken = |refused| match refused {
        RefusedUrl::Malformed => Broken("malformed_url", "a webhook goes to an absolute URL"),
        RefusedUrl::Unencrypted => Broken("unencrypted_url", "a webhook goes to a URL that begins with https://"),
        RefusedUrl::Credentials => Broken("credentials_in_url", "a URL of webhooks has no user and no password"),
        RefusedUrl::Private => Broken("private_address", "a webhook goes to a public address"),
    };
    let is_short = url.chars().count() <= URL_CHARS_MAX;
    let parsed = if is_short { check_url(&url, allow_private) } else { Err(RefusedUrl::Malformed) };
    let url = fields.check("/url", parsed.map_err(broken));
    let mut kinds: Vec<Kind> = kinds.iter().map(|kind| kind.kind()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    fields.finish(|| Some((String::from(url?), kinds)))
}
