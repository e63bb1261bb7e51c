//! The commands of an order, independent of any protocol: one function for each use case, from typed input to a receipt
//! or a refusal.
//!
//! Guarantees: who may do what is checked here and nowhere else; personal data is sealed before a command is decided; a
//! repeated idempotency key has one effect and one answer; every refusal is a typed value.
//! Does not: know HTTP, parse bodies, or use the read models.

mod add_line;
mod address;
mod cancel;
mod change_line_quantity;
mod code;
mod create_draft;
mod discard;
mod erase;
mod fields;
mod idempotency;
mod import;
pub mod input;
mod place;
mod precondition;
mod receipt;
mod refusal;
mod remove_line;
mod run;
mod set_address;
mod validate;
mod view;

use domain::order::Order;
use event_store::{CommandBus, Store};
use service_kit::auth::Principal;
use service_kit::clock::{SharedClock, SharedIds};
use service_kit::keyring::KeyRing;
use service_kit::telemetry::CorrelationId;

pub use address::AddressDetails;
pub use code::{Code, Kind};
pub use erase::Erasure;
pub use fields::{Broken, FieldFailure, Fields};
pub use idempotency::IdempotencyKey;
pub use import::{ImportEffect, Imported, imported_order_id};
pub use precondition::ExpectedVersion;
pub use receipt::{Answer, MoneyView, OrderStatus, Receipt};
pub use refusal::Refusal;
pub use validate::{DryRun, Preview, PreviewEvent};
pub use view::{AddressView, ImportView, LineView, OrderView};

/// The caller of a command, and the metadata of its request.
#[derive(Debug, Clone)]
pub struct Caller {
    pub principal: Principal,
    /// Shared by everything that the request leads to.
    pub correlation: CorrelationId,
    /// The client's key for the request, so that a repeat has no second effect; `None` if it sent none.
    pub key: Option<IdempotencyKey>,
    /// The version that the order must have; `None` if any will do.
    pub expected: Option<ExpectedVersion>,
}

/// Runs commands of orders.
pub struct Commands {
    bus: CommandBus<Order>,
    keys: KeyRing,
    clock: SharedClock,
    ids: SharedIds,
    fingerprints: idempotency::Fingerprints,
    running: idempotency::RunningKeys,
}

impl Commands {
    /// Commands over a store. `fingerprint_key` hashes requests for idempotency; it must stay the same for as long as
    /// keys are to be recognised, and be the same in every process.
    pub fn new(store: Store, keys: KeyRing, clock: SharedClock, ids: SharedIds, fingerprint_key: &[u8; 32]) -> Self {
        Self {
            bus: CommandBus::new(store, ids.clone()),
            keys,
            clock,
            ids,
            fingerprints: idempotency::Fingerprints::new(fingerprint_key),
            running: idempotency::RunningKeys::default(),
        }
    }
}
