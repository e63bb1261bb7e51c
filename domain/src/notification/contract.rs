//! What a notification publishes. The records stand beside the stored events in `event.rs`; here is what they share.

use crate::contract::{self, declare_symbols};

pub use super::event::records::*;

/// The topic of the records. Key: the notification's id.
pub const TOPIC: &str = "notification.events.v1";

/// A public event of a notification with what its record's headers say of it.
pub type Published = contract::Published<PublicEvent>;

declare_symbols!(
    /// What a notification is about.
    NotificationKind of super::Kind {
        /// The merchant committed to the order.
        OrderConfirmed,
        /// Money was taken.
        PaymentReceived,
        /// The customer has to do something.
        PaymentActionRequired,
        /// An attempt to pay failed.
        PaymentDeclined,
        /// The goods are being prepared.
        Preparation,
        /// Goods were handed to a carrier.
        Shipment,
        /// Goods have arrived.
        Delivery,
        /// It takes longer.
        Delay,
        /// It will not be sent.
        Cancellation,
        /// Money was given back.
        Refund,
    }
);
declare_symbols!(
    /// How it is told.
    NotificationChannel of super::Channel {
        /// To the customer, by SMTP.
        Email,
        /// To the customer, by a gateway.
        Sms,
        /// To the merchant's systems, by HTTP.
        Webhook,
    }
);
declare_symbols!(
    /// Why nobody is told.
    SkipReason of super::SkipReason {
        /// The personal data was erased.
        RecipientErased,
        /// It happened too long ago.
        TooOld,
        /// There is no address for the channel.
        NoAddress,
        /// The recipient does not want it.
        Unsubscribed,
        /// The endpoint was removed or switched off.
        EndpointGone,
    }
);
