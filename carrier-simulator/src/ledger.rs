//! What was sold and carried: the carriers' own books, by which an audit can check the shop's.

use serde::{Deserialize, Serialize};

/// A label and what became of its parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LedgerEntry {
    pub carrier: String,
    /// The shop's reference, which is the key that it was bought under.
    pub reference: String,
    pub tracking_number: String,
    pub voided: bool,
    /// The statuses of its scans, in order.
    pub scans: Vec<String>,
}

impl LedgerEntry {
    /// Whether the parcel may be carried, or was.
    pub const fn is_in_force(&self) -> bool {
        !self.voided
    }
}
