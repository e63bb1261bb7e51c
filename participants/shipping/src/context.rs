//! What the commands, messages and timers of shipping share.

use std::sync::Arc;

use command_kit::CommandRunner;
use command_kit::http::ServiceState;
use domain::Timestamp;
use event_store::Store;
use service_kit::clock::{SharedClock, SharedIds};
use service_kit::keyring::KeyRing;

use crate::addresses::Addresses;
use crate::carrier::Carriers;

/// What shipments need beside their log.
pub struct ShipmentDeps {
    pub carriers: Carriers,
    /// Open the recipients' addresses.
    pub keys: KeyRing,
    pub clock: SharedClock,
    pub ids: SharedIds,
}

/// Runs the commands of shipments, and tells carriers what they decided.
pub struct Shipments {
    pub(crate) runner: CommandRunner<Self>,
    pub(crate) addresses: Addresses,
    pub(crate) carriers: Carriers,
    pub(crate) keys: KeyRing,
    pub(crate) locations: ShippingLocations,
    clock: SharedClock,
}

/// Runs the commands about how locations ship.
pub struct ShippingLocations {
    pub(crate) runner: CommandRunner<Self>,
    clock: SharedClock,
}

impl Shipments {
    /// Shipments over a store, whose database has their table too. `fingerprint_key` hashes requests for idempotency; it must stay the
    /// same for as long as keys are to be recognised, and be the same in every process.
    pub fn new(store: Store, deps: ShipmentDeps, fingerprint_key: &[u8; 32]) -> Self {
        let ShipmentDeps { carriers, keys, clock, ids } = deps;
        let locations = ShippingLocations::new(store.clone(), Arc::clone(&clock), Arc::clone(&ids), fingerprint_key);
        let addresses = Addresses(store.pool().clone());
        Self { runner: CommandRunner::new(store, ids, fingerprint_key), addresses, carriers, keys, locations, clock }
    }

    /// Shipments for messages and timers, which have no idempotency keys.
    pub fn for_messages(store: Store, deps: ShipmentDeps) -> Self {
        Self::new(store, deps, &[0; 32])
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

impl ShippingLocations {
    /// How locations of a store ship; see [`Shipments::new`].
    pub fn new(store: Store, clock: SharedClock, ids: SharedIds, fingerprint_key: &[u8; 32]) -> Self {
        Self { runner: CommandRunner::new(store, ids, fingerprint_key), clock }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// What the handlers of shipments share.
pub(crate) type ShipmentState = ServiceState<Shipments>;

/// What the handlers of how locations ship share.
pub(crate) type LocationState = ServiceState<ShippingLocations>;
