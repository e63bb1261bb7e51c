//! What messages, timers and carriers' answers lead to in shipments.

use std::sync::Arc;

use command_kit::{Aggregate, Refusal, Words};
use domain::shipment::{Shipment, ShipmentCommand, ShipmentEvent, ShipmentRejection, ShipmentState};
use domain::{Decider, FulfilmentId, TenantId};
use event_store::{Claim, Decided, ExecuteError, Execution, Expectation, Metadata, Outcome};
use service_kit::auth::{Principal, Scope};

use crate::code;
use crate::context::Shipments;
use crate::http::ShipmentReceipt;

/// Why something was left without an event.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    /// No repetition changes it.
    #[error("shipment {shipment} does not take this")]
    Refused {
        shipment: FulfilmentId,
        #[source]
        source: ShipmentRejection,
    },
    /// The store; see [`ExecuteError`] for whether a repetition may succeed.
    #[error("shipment {shipment} could not be decided")]
    Store {
        shipment: FulfilmentId,
        #[source]
        source: ExecuteError,
    },
}

impl Shipments {
    /// Decides a command of the engine's own. Returns the state behind it.
    pub(crate) async fn record(
        &self,
        id: FulfilmentId,
        tenant: &TenantId,
        metadata: Metadata,
        command: impl Into<ShipmentCommand>,
    ) -> Result<Arc<ShipmentState>, AskError> {
        let command = command.into();
        let is_first = matches!(command, ShipmentCommand::PlanShipment(_));
        let execution = Execution {
            id: &id.to_string(),
            tenant: tenant.clone(),
            metadata,
            expects: if is_first { Expectation::New } else { Expectation::Existing },
            idempotency: None,
            decide: &|_, state: &ShipmentState| match state.shipment() {
                // A fulfilment's id says whose it is, so that another tenant's can only be made up.
                Some(shipment) if shipment.tenant != *tenant => Err(ShipmentRejection::NotFound),
                Some(_) | None => Shipment::decide(state, command.clone()),
            },
            claims: &|_, _| None,
            answer: &|_| None,
        };
        match self.runner.bus().execute(execution).await {
            Ok(Outcome::Done(Decided { state, .. })) => Ok(state),
            Ok(Outcome::Repeated(_)) => self.state(id).await,
            Ok(Outcome::Refused(source)) => Err(AskError::Refused { shipment: id, source }),
            Err(source) => Err(AskError::Store { shipment: id, source }),
        }
    }

    /// A shipment as of now.
    pub(crate) async fn state(&self, id: FulfilmentId) -> Result<Arc<ShipmentState>, AskError> {
        let loaded = self.runner.bus().load(&id.to_string()).await;
        loaded.map(|loaded| loaded.state).map_err(|source| AskError::Store { shipment: id, source })
    }
}

impl Aggregate for Shipments {
    type Decider = Shipment;
    type Receipt = ShipmentReceipt;
    const WORDS: Words = code::SHIPMENT;

    fn scopes(command: &ShipmentCommand) -> &'static [Scope] {
        command.scopes()
    }

    fn admit(principal: &Principal, _: &ShipmentCommand, state: &ShipmentState) -> Result<(), Refusal> {
        let is_own = state.shipment().is_some_and(|shipment| shipment.tenant == principal.tenant);
        if is_own { Ok(()) } else { Err(code::shipment_not_found()) }
    }

    fn claim(_: &TenantId, _: &ShipmentState, _: &ShipmentEvent) -> Option<Claim> {
        None
    }

    fn receipt(id: &str, _: &ShipmentCommand, decided: &Decided<Shipment>) -> ShipmentReceipt {
        ShipmentReceipt::of(id, decided)
    }
}
