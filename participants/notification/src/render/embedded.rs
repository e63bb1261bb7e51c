//! The engine's own templates.

/// The source of a template, by its path below the folder of templates.
pub(super) fn source(path: &str) -> Option<&'static str> {
    TEMPLATES.iter().find(|(name, _)| *name == path).map(|(_, source)| *source)
}

macro_rules! templates {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("templates/", $path, ".j2")))),*]
    };
}

const TEMPLATES: &[(&str, &str)] = templates![
    "layout.html",
    "layout.text",
    "layout.subject",
    "layout.sms",
    "page.html",
    "en/labels",
    "en/order_confirmed",
    "en/payment_received",
    "en/payment_action_required",
    "en/payment_declined",
    "en/preparation",
    "en/shipment",
    "en/delivery",
    "en/delay",
    "en/cancellation",
    "en/refund",
    "en/unsubscribe",
    "de/labels",
    "de/order_confirmed",
    "de/payment_received",
    "de/payment_action_required",
    "de/payment_declined",
    "de/preparation",
    "de/shipment",
    "de/delivery",
    "de/delay",
    "de/cancellation",
    "de/refund",
    "de/unsubscribe",
    "fr/labels",
    "fr/order_confirmed",
    "fr/payment_received",
    "fr/payment_action_required",
    "fr/payment_declined",
    "fr/preparation",
    "fr/shipment",
    "fr/delivery",
    "fr/delay",
    "fr/cancellation",
    "fr/refund",
    "fr/unsubscribe",
];
