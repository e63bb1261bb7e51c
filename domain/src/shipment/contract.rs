//! What a shipment publishes. The records stand beside the stored events in `event.rs`; here is what they share.

use crate::contract::{self, ToPublic, declare_symbols};

pub use super::event::records::*;
pub use crate::contract::ContractMoney;
/// The topic of the records, which shipping locations publish to as well. Key: the shipment's id, which is its fulfilment's.
pub use crate::shipping_location::contract::TOPIC;

/// A public event of a shipment with what its record's headers say of it.
pub type Published = contract::Published<PublicEvent>;

impl ToPublic for super::ParcelPlace {
    type Public = String;

    fn to_public(&self) -> String {
        self.to_string()
    }
}

declare_symbols!(
    /// Where a parcel stands.
    ParcelStatus of super::ParcelStatus {
        /// There is a label, and the carrier does not have the parcel.
        LabelCreated,
        /// The label was voided.
        Voided,
        /// The carrier has the parcel.
        HandedOver,
        InTransit,
        OutForDelivery,
        /// Something delays it.
        Exception,
        Delivered,
        Lost,
        /// It came back to the sender.
        Returned,
    }
);

impl ParcelStatus {
    /// What it means, for people.
    pub(super) const fn in_words(self) -> &'static str {
        match self {
            Self::LabelCreated => "Labelled",
            Self::Voided => "Its label voided",
            Self::HandedOver => "Handed over",
            Self::InTransit => "On its way",
            Self::OutForDelivery => "Out for delivery",
            Self::Exception => "Delayed",
            Self::Delivered => "Delivered",
            Self::Lost => "Lost",
            Self::Returned => "Returned",
            Self::Unknown => "Seen by its carrier",
        }
    }
}
