//! The way of a command over several streams: scopes, idempotency key, one unit of work, answer.

use event_store::{DecideUnit, Members, Store, UnitEffects, UnitOfWork, UnitOutcome, Units};
use serde::Serialize;
use service_kit::auth::Scope;
use service_kit::clock::{SharedIds, Stopwatch};

use super::run::{first_answer, measure, permit};
use super::{Answer, Caller, Fingerprints, Receipt, Refusal, RunningKeys, Words, kept};

/// Runs commands that are units of work.
pub struct UnitRunner {
    units: Units,
    fingerprints: Fingerprints,
    running: RunningKeys,
    words: Words,
}

/// One command with what it needs to run.
pub struct UnitTask<'a, I, T, R> {
    /// Its name in metrics and in the scope of idempotency keys.
    pub operation: &'static str,
    /// What the caller must be allowed, all of it.
    pub scopes: &'a [Scope],
    /// The id that the client named; it is part of the key's scope.
    pub named: Option<&'a str>,
    /// What is asked. Its JSON is what the request is recognised by, so it must stay the same across releases.
    pub input: &'a I,
    /// The streams that it reads and writes.
    pub members: &'a Members,
    /// Decides on their states.
    pub decide: &'a DecideUnit<'a, T, Refusal>,
    /// The answer to a command that is done.
    pub receipt: &'a (dyn Fn(&T, &UnitEffects) -> R + Send + Sync),
}

impl UnitRunner {
    /// A runner over a store. `fingerprint_key` hashes requests for idempotency; it must stay the same for as long as keys are
    /// to be recognised, and be the same in every process.
    pub fn new(store: Store, ids: SharedIds, fingerprint_key: &[u8; 32], words: Words) -> Self {
        Self {
            units: Units::new(store, ids),
            fingerprints: Fingerprints::new(fingerprint_key),
            running: RunningKeys::default(),
            words,
        }
    }

    /// The units beneath, for what is no command of a caller's.
    pub const fn units(&self) -> &Units {
        &self.units
    }

    /// Runs a command to its answer.
    ///
    /// # Errors
    /// A [`Refusal`].
    pub async fn run<I: Serialize + Sync, T: Send, R: Receipt>(
        &self,
        caller: &Caller,
        task: UnitTask<'_, I, T, R>,
    ) -> Result<Answer<R>, Refusal> {
        permit(&caller.principal, task.scopes, &self.words)?;
        let watch = Stopwatch::start();
        let operation = task.operation;
        let result = self.execute(caller, task).await;
        measure(operation, &watch, &result);
        result
    }

    async fn execute<I: Serialize + Sync, T: Send, R: Receipt>(
        &self,
        caller: &Caller,
        task: UnitTask<'_, I, T, R>,
    ) -> Result<Answer<R>, Refusal> {
        let UnitTask { operation, named, input, members, decide, receipt, scopes: _ } = task;
        let idempotency = caller
            .key
            .as_ref()
            .map(|key| self.fingerprints.idempotency(key, &caller.principal, operation, named, input));
        let _running = idempotency.as_ref().map(|idempotency| self.running.enter(idempotency)).transpose()?;
        let answer = |result: Result<&T, &Refusal>, effects: &UnitEffects| match result {
            Ok(value) => Some(kept::done(receipt(value, effects))),
            Err(refusal) => kept::refused(refusal),
        };
        let unit = UnitOfWork {
            tenant: caller.principal.tenant.clone(),
            metadata: caller.metadata(),
            members,
            idempotency: idempotency.clone(),
            decide,
            answer: &answer,
        };
        match self.units.run(unit).await.map_err(|error| Refusal::of_bus(&error, &self.words))? {
            UnitOutcome::Done(done) => Ok(Answer { receipt: receipt(&done.value, &done.effects), replayed: false }),
            UnitOutcome::Repeated(json) => kept::replay(&json, &self.words),
            // What is not kept was not compared with the key's first answer either.
            UnitOutcome::Refused(refusal) if !refusal.code.is_kept() => match &idempotency {
                Some(idempotency) => {
                    first_answer(self.units.store(), idempotency, &self.words).await?.unwrap_or(Err(refusal))
                }
                None => Err(refusal),
            },
            UnitOutcome::Refused(refusal) => Err(refusal),
        }
    }
}
