//! A label: what a carrier was paid for to bring one parcel to the recipient.

use serde::{Deserialize, Serialize};

use crate::shipping_location::CarrierChoice;
use crate::text::text_type;
use crate::{Money, TrackingNumber};

text_type!(
    /// Where the label can be printed from. Whoever has it may read the recipient's address there, so it is not published.
    LabelUrl, "label URL", 1_000, is_url
);

const fn is_url(c: char) -> bool {
    c.is_ascii_graphic()
}

/// A label that was bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// Of whom it was bought.
    pub choice: CarrierChoice,
    pub tracking: TrackingNumber,
    pub url: LabelUrl,
    pub cost: Money,
    /// Whether the carrier has refused to void it.
    pub is_kept: bool,
}
