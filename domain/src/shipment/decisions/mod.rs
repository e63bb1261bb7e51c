//! One file for each decision: the command, the scopes it needs, its validation and its tests; and the list of them.
//!
//! What happened to the fulfilment and what a carrier answered are facts. A fact is refused in no state; one that is known, or about
//! nothing that is here, leads to no event.

mod cancel_shipment;
mod hold_shipment;
mod note_shipped;
mod pack_shipment;
mod plan_shipment;
mod record_label;
mod record_parcel;
mod record_refusal;
mod record_voided;
mod release_shipment;
mod retry_shipment;
mod wake;

pub use cancel_shipment::*;
pub use hold_shipment::*;
pub use note_shipped::*;
pub use pack_shipment::*;
pub use plan_shipment::*;
pub use record_label::*;
pub use record_parcel::*;
pub use record_refusal::*;
pub use record_voided::*;
pub use release_shipment::*;
pub use retry_shipment::*;
pub use wake::*;

use super::{Shipment, ShipmentDetails, ShipmentEvent, ShipmentState, Stage};
use crate::decision::declare_commands;
use crate::{Scope, Timestamp};

declare_commands! {
    /// A command of a shipment.
    ShipmentCommand of Shipment {
        PlanShipment,
        PackShipment,
        ReleaseShipment,
        HoldShipment,
        CancelShipment,
        NoteShipped,
        RecordLabel,
        RecordRefusal,
        RecordVoided,
        RecordParcel,
        RetryShipment,
        Wake,
    }
}

/// What the staff of a location need.
const OF_STAFF: &[Scope] = &[Scope::TENANT_STAFF, Scope::FULFILMENT_WRITE];
/// What nobody asks for from outside.
const OF_ENGINE: &[Scope] = &[];

/// What a fact leads to in a shipment, with what follows from it; nothing where none was planned.
fn fact(
    state: &ShipmentState,
    at: Timestamp,
    is_news: impl FnOnce(&ShipmentDetails) -> Option<ShipmentEvent>,
) -> Vec<ShipmentEvent> {
    let Some(shipment) = state.shipment() else { return vec![] };
    let facts = is_news(shipment).into_iter().collect();
    shipment.with_consequences(facts, at)
}

/// Whether what happens at the location still matters.
const fn is_at_location(shipment: &ShipmentDetails) -> bool {
    matches!(shipment.stage, Stage::Planned | Stage::Failed)
}

#[cfg(test)]
pub(in crate::shipment) mod fixtures;
