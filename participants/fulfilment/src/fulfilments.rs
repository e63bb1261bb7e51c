//! Fulfilments as the command edge sees them, and as requests in messages reach them.

use command_kit::{Aggregate, Answer, Caller, CommandRunner, Ran, Refusal, Task, Words};
use domain::fulfilment::{Fulfilment, FulfilmentCommand, FulfilmentEvent, FulfilmentRejection, FulfilmentState};
use domain::{Decider, FulfilmentId, TenantId, Timestamp};
use event_store::{Claim, Decided, ExecuteError, Execution, Expectation, Loaded, Metadata, Outcome, Store};
use serde::Serialize;
use service_kit::auth::{Principal, Scope};
use service_kit::clock::{SharedClock, SharedIds};

use crate::code;
use crate::receipt::FulfilmentReceipt;

/// Runs the commands of fulfilments.
pub struct Fulfilments {
    runner: CommandRunner<Self>,
    clock: SharedClock,
}

/// Who asks in a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedBy {
    pub tenant: TenantId,
    /// Stored beside the events.
    pub metadata: Metadata,
}

/// Why a request was left without an answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The request cannot be answered, however often it is repeated.
    #[error("fulfilment {fulfilment} does not take the request")]
    Refused {
        fulfilment: FulfilmentId,
        #[source]
        source: FulfilmentRejection,
    },
    /// The store; see [`ExecuteError`] for whether a repetition may succeed.
    #[error("fulfilment {fulfilment} could not be decided")]
    Store {
        fulfilment: FulfilmentId,
        #[source]
        source: ExecuteError,
    },
}

impl Fulfilments {
    /// Fulfilments over a store. `fingerprint_key` hashes requests for idempotency; it must stay the same for as long as keys are to
    /// be recognised, and be the same in every process.
    pub fn new(store: Store, clock: SharedClock, ids: SharedIds, fingerprint_key: &[u8; 32]) -> Self {
        Self { runner: CommandRunner::new(store, ids, fingerprint_key), clock }
    }

    /// Fulfilments for messages, which have no idempotency keys.
    pub fn for_messages(store: Store, clock: SharedClock, ids: SharedIds) -> Self {
        Self::new(store, clock, ids, &[0; 32])
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A fulfilment as of now.
    pub(crate) async fn load(&self, id: FulfilmentId) -> Result<Loaded<FulfilmentState>, Refusal> {
        let loaded = self.runner.bus().load(&id.to_string()).await;
        loaded.map_err(|error| Refusal::of_bus(&error, &code::WORDS))
    }

    /// Runs what the staff of a location report.
    pub(crate) async fn report(
        &self,
        caller: &Caller,
        id: FulfilmentId,
        operation: &'static str,
        input: &(impl Serialize + Sync),
        command: impl Into<FulfilmentCommand>,
    ) -> Result<Answer<FulfilmentReceipt>, Refusal> {
        let id = id.to_string();
        let task = Task { operation, id: &id, expects: Expectation::Existing, input, command: command.into() };
        match self.runner.run(caller, task).await? {
            Ran::Done(answer) => Ok(answer),
            // No endpoint of these is one for dry runs.
            Ran::DryRun(_) => Err(code::not_found()),
        }
    }

    /// Answers a request that came in a message: the answer is the event that is stored with the request's id. A repetition stores
    /// nothing.
    ///
    /// # Errors
    /// [`AskError`], with nothing stored or, for a lost connection, an unknown outcome that a repetition finds out.
    #[tracing::instrument(name = "message.fulfilment", skip_all, fields(fulfilment.id = %id))]
    pub async fn answer(
        &self,
        id: FulfilmentId,
        command: impl Into<FulfilmentCommand>,
        by: AskedBy,
    ) -> Result<(), AskError> {
        let command = command.into();
        let is_first = matches!(command, FulfilmentCommand::RequestFulfilment(_));
        let expects = if is_first { Expectation::New } else { Expectation::Existing };
        let decided = self.decide_for(id, command, by, expects).await?;
        decided.map_err(|source| AskError::Refused { fulfilment: id, source })
    }

    /// Records what another participant has reported of a fulfilment, as if the staff of its location had. What the state does not allow
    /// any more, because the fulfilment has gone another way meanwhile, is no fact; neither is a repetition.
    ///
    /// # Errors
    /// [`AskError`]; see there.
    #[tracing::instrument(name = "message.fulfilment.reported", skip_all, fields(fulfilment.id = %id))]
    pub(crate) async fn record_report(
        &self,
        id: FulfilmentId,
        command: impl Into<FulfilmentCommand>,
        by: AskedBy,
    ) -> Result<(), AskError> {
        match self.decide_for(id, command.into(), by, Expectation::Existing).await? {
            Err(late @ (FulfilmentRejection::NotAllowed { .. } | FulfilmentRejection::NotRequested)) => {
                tracing::info!(reason = %late, "what was reported of a fulfilment came too late");
                Ok(())
            }
            decided => decided.map_err(|source| AskError::Refused { fulfilment: id, source }),
        }
    }

    /// Decides a command for another participant, if the fulfilment is its tenant's.
    async fn decide_for(
        &self,
        id: FulfilmentId,
        command: FulfilmentCommand,
        by: AskedBy,
        expects: Expectation,
    ) -> Result<Result<(), FulfilmentRejection>, AskError> {
        let tenant = by.tenant.clone();
        let execution = Execution {
            id: &id.to_string(),
            tenant: by.tenant,
            metadata: by.metadata,
            expects,
            idempotency: None,
            decide: &|_, state: &FulfilmentState| match state.tenant() {
                Some(own) if *own != tenant => Err(FulfilmentRejection::OtherTenant),
                Some(_) | None => Fulfilment::decide(state, command.clone()),
            },
            claims: &|_, _| None,
            answer: &|_| None,
        };
        match self.runner.bus().execute(execution).await {
            Ok(Outcome::Done(_) | Outcome::Repeated(_)) => Ok(Ok(())),
            Ok(Outcome::Refused(source)) => Ok(Err(source)),
            Err(source) => Err(AskError::Store { fulfilment: id, source }),
        }
    }
}

impl Aggregate for Fulfilments {
    type Decider = Fulfilment;
    type Receipt = FulfilmentReceipt;
    const WORDS: Words = code::WORDS;

    fn scopes(command: &FulfilmentCommand) -> &'static [Scope] {
        command.scopes()
    }

    fn admit(principal: &Principal, _: &FulfilmentCommand, state: &FulfilmentState) -> Result<(), Refusal> {
        if state.tenant() == Some(&principal.tenant) { Ok(()) } else { Err(code::not_found()) }
    }

    fn claim(_: &TenantId, _: &FulfilmentState, _: &FulfilmentEvent) -> Option<Claim> {
        None
    }

    fn receipt(id: &str, _: &FulfilmentCommand, decided: &Decided<Fulfilment>) -> FulfilmentReceipt {
        FulfilmentReceipt::of(id, decided)
    }
}
