//! How locations ship, as the command edge sees it.

use std::sync::Arc;

use command_kit::{Aggregate, Answer, Caller, Ran, Refusal, Task, Words};
use domain::shipping_location::{
    ShippingLocation, ShippingLocationCommand, ShippingLocationEvent, ShippingLocationState,
};
use domain::{LocationId, ShippingLocationId, TenantId};
use event_store::{Claim, Decided, ExecuteError, Expectation, Loaded};
use serde::Serialize;
use service_kit::auth::{Principal, Scope};

use super::receipt::ShippingReceipt;
use crate::code;
use crate::context::ShippingLocations;

impl ShippingLocations {
    /// How a location ships now.
    pub(crate) async fn state(
        &self,
        tenant: &TenantId,
        location: &LocationId,
    ) -> Result<Arc<ShippingLocationState>, ExecuteError> {
        Ok(self.load(tenant, location).await?.state)
    }

    pub(super) async fn load(
        &self,
        tenant: &TenantId,
        location: &LocationId,
    ) -> Result<Loaded<ShippingLocationState>, ExecuteError> {
        self.runner.bus().load(&ShippingLocationId::of(tenant, location).to_string()).await
    }

    /// Runs a command about the caller's location.
    pub(super) async fn run(
        &self,
        caller: &Caller,
        location: &LocationId,
        operation: &'static str,
        input: &(impl Serialize + Sync),
        command: impl Into<ShippingLocationCommand>,
    ) -> Result<Answer<ShippingReceipt>, Refusal> {
        let id = ShippingLocationId::of(&caller.principal.tenant, location).to_string();
        let task = Task { operation, id: &id, expects: Expectation::Existing, input, command: command.into() };
        match self.runner.run(caller, task).await? {
            Ran::Done(answer) => Ok(answer),
            // No endpoint of these is one for dry runs.
            Ran::DryRun(_) => Err(code::shipping_not_found()),
        }
    }
}

impl Aggregate for ShippingLocations {
    type Decider = ShippingLocation;
    type Receipt = ShippingReceipt;
    const WORDS: Words = code::SHIPPING;

    fn scopes(command: &ShippingLocationCommand) -> &'static [Scope] {
        command.scopes()
    }

    fn admit(
        principal: &Principal,
        command: &ShippingLocationCommand,
        state: &ShippingLocationState,
    ) -> Result<(), Refusal> {
        match state.tenant() {
            None if matches!(command, ShippingLocationCommand::SetShipping(_)) => Ok(()),
            Some(tenant) if *tenant == principal.tenant => Ok(()),
            Some(_) | None => Err(code::shipping_not_found()),
        }
    }

    fn claim(_: &TenantId, _: &ShippingLocationState, _: &ShippingLocationEvent) -> Option<Claim> {
        None
    }

    fn receipt(_: &str, _: &ShippingLocationCommand, decided: &Decided<ShippingLocation>) -> ShippingReceipt {
        ShippingReceipt::of(decided)
    }
}
