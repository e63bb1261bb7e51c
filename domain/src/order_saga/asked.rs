//! What a saga asks for.

use serde::{Deserialize, Serialize};

/// The requests of a saga.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Asked {
    Reserve,
    Renew,
    Release,
    ShipStock,
    Authorize,
    Capture,
    Void,
    Refund,
    Fulfil,
    ReleaseFulfilment,
    CancelFulfilment,
    HoldFulfilment,
}

impl Asked {
    /// Whether it takes something back that was asked for before.
    pub const fn undoes(self) -> bool {
        matches!(self, Self::Release | Self::Void | Self::Refund | Self::CancelFulfilment | Self::HoldFulfilment)
    }
}
