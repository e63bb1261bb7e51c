//! What a kitchen publishes. The records stand beside the stored events in `event.rs`; here is what they share.

use serde::{Deserialize, Serialize};

use crate::contract::{self, ToPublic, declare_symbols};

pub use super::event::records::*;
pub use crate::ticket::contract::TOPIC;

/// A public event of a kitchen with what its record's headers say of it.
pub type Published = contract::Published<PublicEvent>;

/// A place where some of the menu is prepared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractStation {
    pub name: String,
    /// Items that it has in hand at once.
    pub capacity: i64,
}

impl ToPublic for super::KitchenStation {
    type Public = ContractStation;

    fn to_public(&self) -> ContractStation {
        ContractStation { name: self.name.to_public(), capacity: self.capacity.to_public() }
    }
}

declare_symbols!(
    /// How a kitchen works.
    KitchenMode of super::KitchenMode {
        /// As it should.
        Normal,
        /// Everything takes longer.
        Rush,
        /// No new tickets.
        Paused,
    }
);
