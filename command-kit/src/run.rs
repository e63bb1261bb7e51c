//! The way of a command: scopes, idempotency key, decision, answer.

use std::sync::Arc;

use domain::Decider;
use event_store::{CommandBus, Decided, Execution, Expectation, Idempotency, Outcome, Store};
use serde::Serialize;
use service_kit::auth::{Principal, Scope};
use service_kit::clock::{SharedIds, Stopwatch};

use super::kept;
use super::{Aggregate, Answer, Caller, Command, Event, Fingerprints, Receipt, Refusal, RunningKeys, State, Words};

/// Runs the commands of one kind of aggregate.
pub struct CommandRunner<A: Aggregate> {
    bus: CommandBus<A::Decider>,
    fingerprints: Fingerprints,
    running: RunningKeys,
}

/// One command with what it needs to run.
pub struct Task<'a, I, C> {
    /// Its name in metrics and in the scope of idempotency keys.
    pub operation: &'static str,
    /// The stream's id.
    pub id: &'a str,
    /// [`Expectation::New`] where the id may be made for this request, so that it is no part of the key's scope.
    pub expects: Expectation,
    /// What is asked. Its JSON is what the request is recognised by, so it must stay the same across releases.
    pub input: &'a I,
    pub command: C,
}

/// How a command ended that was not refused.
pub enum Ran<A: Aggregate> {
    Done(Answer<A::Receipt>),
    DryRun(DryRun<A>),
}

/// What a command would do now.
pub struct DryRun<A: Aggregate> {
    /// The version that this holds for; 0 for an aggregate that is not there.
    pub version: i64,
    /// The state at that version.
    pub state: Arc<State<A>>,
    /// The events that would be stored; none where the work is done already.
    pub events: Vec<Event<A>>,
}

impl<A: Aggregate> CommandRunner<A> {
    /// A runner over a store. `fingerprint_key` hashes requests for idempotency; it must stay the same for as long as keys are
    /// to be recognised, and be the same in every process.
    pub fn new(store: Store, ids: SharedIds, fingerprint_key: &[u8; 32]) -> Self {
        Self {
            bus: CommandBus::new(store, ids),
            fingerprints: Fingerprints::new(fingerprint_key),
            running: RunningKeys::default(),
        }
    }

    /// The bus beneath, for what is no command of a caller's.
    pub const fn bus(&self) -> &CommandBus<A::Decider> {
        &self.bus
    }

    /// Refuses a principal without the scopes that a command needs. [`Self::run`] does so too; a use case that does something
    /// before it runs asks here first.
    ///
    /// # Errors
    /// A [`Refusal`] that names the first scope missing.
    pub fn permit(principal: &Principal, command: &Command<A>) -> Result<(), Refusal> {
        permit(principal, A::scopes(command), &A::WORDS)
    }

    /// Runs a command to its answer. A dry run stores nothing, marks no key and counts in no metric.
    ///
    /// # Errors
    /// A [`Refusal`].
    pub async fn run<I: Serialize + Sync>(
        &self,
        caller: &Caller,
        task: Task<'_, I, Command<A>>,
    ) -> Result<Ran<A>, Refusal> {
        Self::permit(&caller.principal, &task.command)?;
        if caller.is_dry_run {
            return self.dry_run(caller, task.id, &task.command).await.map(Ran::DryRun);
        }
        let watch = Stopwatch::start();
        let operation = task.operation;
        let result = self.execute(caller, task).await;
        measure(operation, &watch, &result);
        result.map(Ran::Done)
    }

    async fn dry_run(&self, caller: &Caller, id: &str, command: &Command<A>) -> Result<DryRun<A>, Refusal> {
        let loaded = self.bus.load(id).await.map_err(|error| Refusal::of_bus(&error, &A::WORDS))?;
        let events = decide::<A>(caller, command, loaded.version, &loaded.state)?;
        Ok(DryRun { version: loaded.version, state: loaded.state, events })
    }

    async fn execute<I: Serialize + Sync>(
        &self,
        caller: &Caller,
        task: Task<'_, I, Command<A>>,
    ) -> Result<Answer<A::Receipt>, Refusal> {
        let Task { operation, id, expects, input, command } = task;
        let tenant = &caller.principal.tenant;
        let idempotency = caller.key.as_ref().map(|key| {
            let stream = (expects == Expectation::Existing).then_some(id);
            self.fingerprints.idempotency(key, &caller.principal, operation, stream, input)
        });
        let _running = idempotency.as_ref().map(|idempotency| self.running.enter(idempotency)).transpose()?;
        let answer = |result: Result<&Decided<A::Decider>, &Refusal>| match result {
            Ok(decided) => Some(kept::done(A::receipt(id, &command, decided))),
            Err(refusal) => kept::refused(refusal),
        };
        let execution = Execution {
            id,
            tenant: tenant.clone(),
            metadata: caller.metadata(),
            expects,
            idempotency: idempotency.clone(),
            decide: &|version: i64, state: &State<A>| decide::<A>(caller, &command, version, state),
            claims: &|state: &State<A>, event: &Event<A>| A::claim(tenant, state, event),
            answer: &answer,
        };
        match self.bus.execute(execution).await.map_err(|error| Refusal::of_bus(&error, &A::WORDS))? {
            Outcome::Done(decided) => Ok(Answer { receipt: A::receipt(id, &command, &decided), replayed: false }),
            Outcome::Repeated(json) => kept::replay(&json, &A::WORDS),
            // What is not kept was not compared with the key's first answer either: a repeat of a command that is done
            // may well be refused for its stale version.
            Outcome::Refused(refusal) if !refusal.code.is_kept() => match &idempotency {
                Some(idempotency) => {
                    first_answer(self.bus.store(), idempotency, &A::WORDS).await?.unwrap_or(Err(refusal))
                }
                None => Err(refusal),
            },
            Outcome::Refused(refusal) => Err(refusal),
        }
    }
}

/// Refuses a principal that lacks one of the scopes.
pub(crate) fn permit(principal: &Principal, scopes: &[Scope], words: &Words) -> Result<(), Refusal> {
    match scopes.iter().find(|scope| !principal.scopes.contains(**scope)) {
        Some(missing) => Err((words.scope_missing)(*missing)),
        None => Ok(()),
    }
}

/// The answer that was kept first for an idempotency key, where there is one.
pub(crate) async fn first_answer<R: Receipt>(
    store: &Store,
    idempotency: &Idempotency,
    words: &Words,
) -> Result<Option<Result<Answer<R>, Refusal>>, Refusal> {
    let refused = |error: &event_store::ExecuteError| Refusal::of_bus(error, words);
    let stored = store.stored_answer(&idempotency.scope, &idempotency.key).await;
    let Some((fingerprint, json)) = stored.map_err(|error| refused(&error.into()))? else { return Ok(None) };
    if fingerprint == idempotency.fingerprint {
        Ok(Some(kept::replay(&json, words)))
    } else {
        Err(refused(&event_store::ExecuteError::KeyReused))
    }
}

/// Counts a command that has ended, by its outcome.
pub(crate) fn measure<R: Receipt>(operation: &'static str, watch: &Stopwatch, result: &Result<Answer<R>, Refusal>) {
    let label = match result {
        Ok(answer) if answer.replayed => "replayed",
        Ok(answer) if answer.receipt.event_ids().is_empty() => "unchanged",
        Ok(_) => "done",
        Err(refusal) => refusal.code.as_str(),
    };
    metrics::counter!("commands_total", "command" => operation, "result" => label).increment(1);
    metrics::histogram!("command_duration_seconds", "command" => operation).record(watch.elapsed().as_secs_f64());
}

/// Decides a command on a state: whose it is, then the expected version, then the aggregate's own rules.
fn decide<A: Aggregate>(
    caller: &Caller,
    command: &Command<A>,
    version: i64,
    state: &State<A>,
) -> Result<Vec<Event<A>>, Refusal> {
    A::admit(&caller.principal, command, state)?;
    if let Some(expected) = &caller.expected {
        expected.check(version, &A::WORDS)?;
    }
    A::Decider::decide(state, command.clone()).map_err(|rejection| {
        let refusal = Refusal::rejected(&rejection);
        // Of one that is not there, there is no version to tell.
        if version == 0 { refusal } else { refusal.at(version) }
    })
}
