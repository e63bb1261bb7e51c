//! What is published of how a location ships. The records stand beside the stored events in `event.rs`; here is what they share.

use serde::{Deserialize, Serialize};

use crate::contract::{self, ToPublic};

pub use super::event::records::*;

/// The topic of the records, which shipments publish to as well. Key: the id of the stream.
pub const TOPIC: &str = "shipping.events.v1";

/// A public event of how a location ships with what its record's headers say of it.
pub type Published = contract::Published<PublicEvent>;

/// A carrier with one of its services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractCarrierChoice {
    pub carrier: String,
    pub service: String,
}

impl ToPublic for super::CarrierChoice {
    type Public = ContractCarrierChoice;

    fn to_public(&self) -> ContractCarrierChoice {
        ContractCarrierChoice { carrier: self.carrier.to_public(), service: self.service.to_public() }
    }
}
