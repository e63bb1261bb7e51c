//! What a carrier shows of a parcel, in terms that carriers share.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::text::text_type;

text_type!(
    /// Where a parcel was seen, in the carrier's words, such as a depot.
    ParcelPlace, "place", 200, |_| true
);

/// Where a parcel stands. Of two scans of one moment, the one further down came later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ParcelStatus {
    /// There is a label, and the carrier does not have the parcel.
    LabelCreated,
    /// The label was voided. The parcel is not carried.
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

/// One entry of a parcel's history at its carrier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scan {
    pub status: ParcelStatus,
    pub place: Option<ParcelPlace>,
    /// When the carrier expects to deliver it, where it says so.
    pub expected_at: Option<Timestamp>,
    /// When it happened, by the carrier's clock.
    pub occurred_at: Timestamp,
}

impl Scan {
    /// By which scans of a parcel follow one another.
    pub(super) const fn place_in_history(&self) -> (Timestamp, ParcelStatus) {
        (self.occurred_at, self.status)
    }
}
