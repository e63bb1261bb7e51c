//! Locations as the command edge sees them.

use command_kit::{Aggregate, Answer, Caller, CommandRunner, Ran, Refusal, Task, Words};
use domain::location::{Location, LocationCommand, LocationEvent, LocationState};
use domain::{LocationId, LocationStreamId, TenantId, Timestamp};
use event_store::{Claim, Decided, Expectation, Loaded, Store};
use serde::Serialize;
use service_kit::auth::{Principal, Scope};
use service_kit::clock::{SharedClock, SharedIds};

use super::receipt::LocationReceipt;
use crate::code;

/// Runs the commands of locations.
pub struct Locations {
    runner: CommandRunner<Self>,
    clock: SharedClock,
}

impl Locations {
    /// Locations over a store. `fingerprint_key` hashes requests for idempotency; it must stay the same for as long as keys are to be
    /// recognised, and be the same in every process.
    pub fn new(store: Store, clock: SharedClock, ids: SharedIds, fingerprint_key: &[u8; 32]) -> Self {
        Self { runner: CommandRunner::new(store, ids, fingerprint_key), clock }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A location as of now.
    pub(super) async fn load(&self, tenant: &TenantId, code: &LocationId) -> Result<Loaded<LocationState>, Refusal> {
        let loaded = self.runner.bus().load(&LocationStreamId::of(tenant, code).to_string()).await;
        loaded.map_err(|error| Refusal::of_bus(&error, &code::LOCATION))
    }

    /// The codes of a tenant's locations after a code, at most so many.
    pub(super) async fn codes(&self, tenant: &TenantId, after: &str, count: i64) -> Result<Vec<String>, Refusal> {
        let found = self.runner.bus().store().claimed_after(&scope(tenant), after, count).await;
        found.map_err(|error| Refusal::of_bus(&error.into(), &code::LOCATION))
    }

    /// Runs a command on the caller's location of a code.
    pub(super) async fn run(
        &self,
        caller: &Caller,
        location: &LocationId,
        operation: &'static str,
        input: &(impl Serialize + Sync),
        command: impl Into<LocationCommand>,
    ) -> Result<Answer<LocationReceipt>, Refusal> {
        let id = LocationStreamId::of(&caller.principal.tenant, location).to_string();
        let task = Task { operation, id: &id, expects: Expectation::Existing, input, command: command.into() };
        match self.runner.run(caller, task).await? {
            Ran::Done(answer) => Ok(answer),
            // No endpoint of these is one for dry runs.
            Ran::DryRun(_) => Err(code::location_not_found()),
        }
    }
}

/// The scope in which a tenant's codes are claimed, by which they are listed.
fn scope(tenant: &TenantId) -> String {
    format!("location/{tenant}")
}

impl Aggregate for Locations {
    type Decider = Location;
    type Receipt = LocationReceipt;
    const WORDS: Words = code::LOCATION;

    fn scopes(command: &LocationCommand) -> &'static [Scope] {
        command.scopes()
    }

    fn admit(principal: &Principal, command: &LocationCommand, state: &LocationState) -> Result<(), Refusal> {
        match state.location() {
            None if matches!(command, LocationCommand::RegisterLocation(_)) => Ok(()),
            Some(location) if location.tenant == principal.tenant => Ok(()),
            Some(_) | None => Err(code::location_not_found()),
        }
    }

    fn claim(tenant: &TenantId, _: &LocationState, event: &LocationEvent) -> Option<Claim> {
        match event {
            LocationEvent::LocationRegistered(event) => {
                Some(Claim { scope: scope(tenant), value: event.code.to_string() })
            }
            LocationEvent::LocationChanged(_)
            | LocationEvent::LocationPaused(_)
            | LocationEvent::LocationResumed(_) => None,
        }
    }

    fn receipt(_: &str, _: &LocationCommand, decided: &Decided<Location>) -> LocationReceipt {
        LocationReceipt::of(decided)
    }
}
