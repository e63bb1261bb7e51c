//! The steps that all commands share: idempotency, decision, execution and answer.

use domain::order::{Order, OrderCommand, OrderEvent, OrderRejection, OrderState};
use domain::{Decider, LineId, OrderId, TenantId};
use event_store::{Claim, Decided, Execution, Expectation, Metadata, Outcome};
use serde::Serialize;
use service_kit::auth::{Principal, Scope};
use service_kit::clock::Stopwatch;
use service_kit::telemetry;

use super::receipt::Kept;
use super::{Answer, Caller, Code, Commands, Receipt, Refusal};

/// One command with what it needs to run.
pub(super) struct Task<'a, I> {
    /// Its name in metrics and in the scope of idempotency keys.
    pub(super) operation: &'static str,
    pub(super) order_id: OrderId,
    /// The line that the receipt names.
    pub(super) line_id: Option<LineId>,
    pub(super) expects: Expectation,
    /// The input, for the idempotency hash.
    pub(super) input: &'a I,
    pub(super) command: OrderCommand,
}

impl Commands {
    /// Runs a command to its answer. The caller has checked the scopes.
    pub(super) async fn run<I: Serialize + Sync>(&self, caller: &Caller, task: Task<'_, I>) -> Result<Answer, Refusal> {
        let watch = Stopwatch::start();
        let operation = task.operation;
        let result = self.execute(caller, task).await;
        let label = match &result {
            Ok(answer) if answer.replayed => "replayed",
            Ok(answer) if answer.receipt.event_ids.is_empty() => "unchanged",
            Ok(_) => "done",
            Err(refusal) => refusal.code.as_str(),
        };
        metrics::counter!("commands_total", "command" => operation, "result" => label).increment(1);
        metrics::histogram!("command_duration_seconds", "command" => operation).record(watch.elapsed().as_secs_f64());
        result
    }

    async fn execute<I: Serialize + Sync>(&self, caller: &Caller, task: Task<'_, I>) -> Result<Answer, Refusal> {
        let idempotency = caller.key.as_ref().map(|key| {
            let order = (task.expects == Expectation::Existing).then_some(task.order_id);
            self.fingerprints.idempotency(key, &caller.principal, task.operation, order, task.input)
        });
        let _running = idempotency.as_ref().map(|idempotency| self.running.enter(idempotency)).transpose()?;
        let decide = |version: i64, state: &OrderState| decide(caller, &task.command, version, state);
        let answer = |result: Result<&Decided<Order>, &Refusal>| match result {
            Ok(decided) => Some(Kept::Done(Receipt::of(task.order_id, task.line_id, decided)).to_json()),
            Err(refusal) if refusal.code.is_kept() => Some(Kept::Refused(refusal.clone()).to_json()),
            Err(_) => None,
        };
        let id = task.order_id.to_string();
        let tenant = &caller.principal.tenant;
        let claims = |state: &OrderState, event: &OrderEvent| number_claim(tenant, state, event);
        let execution = Execution {
            id: &id,
            tenant: tenant.clone(),
            metadata: metadata(caller),
            expects: task.expects,
            idempotency: idempotency.clone(),
            decide: &decide,
            claims: &claims,
            answer: &answer,
        };
        match self.bus.execute(execution).await? {
            Outcome::Done(decided) => {
                Ok(Answer { receipt: Receipt::of(task.order_id, task.line_id, &decided), replayed: false })
            }
            Outcome::Repeated(json) => Kept::replay(&json),
            // A refusal that is not stored was not compared with the key's first answer: the repeat of a completed
            // command may be refused because its version is stale by then.
            Outcome::Refused(refusal) if !refusal.code.is_kept() => match &idempotency {
                Some(idempotency) => self.first_answer(idempotency).await?.unwrap_or(Err(refusal)),
                None => Err(refusal),
            },
            Outcome::Refused(refusal) => Err(refusal),
        }
    }

    async fn first_answer(
        &self,
        idempotency: &event_store::Idempotency,
    ) -> Result<Option<Result<Answer, Refusal>>, Refusal> {
        let stored = self.bus.store().stored_answer(&idempotency.scope, &idempotency.key).await;
        let Some((fingerprint, json)) = stored.map_err(event_store::ExecuteError::from)? else { return Ok(None) };
        if fingerprint == idempotency.fingerprint {
            Ok(Some(Kept::replay(&json)))
        } else {
            Err(event_store::ExecuteError::KeyReused.into())
        }
    }
}

/// Decides a command on a state: checks visibility, then the expected version, then the domain's rules.
pub(super) fn decide(
    caller: &Caller,
    command: &OrderCommand,
    version: i64,
    state: &OrderState,
) -> Result<Vec<OrderEvent>, Refusal> {
    let makes_order = matches!(command, OrderCommand::CreateDraft(_) | OrderCommand::ImportOrder(_));
    let absent = matches!(state, OrderState::Absent);
    if makes_order && !absent && !is_visible(&caller.principal, state) {
        return Err(OrderRejection::OrderExists.into());
    }
    if !makes_order && !is_visible(&caller.principal, state) {
        return Err(Refusal::order_not_found());
    }
    if let Some(expected) = &caller.expected {
        expected.check(version)?;
    }
    Order::decide(state, command.clone()).map_err(|rejection| {
        let refusal = Refusal::from(rejection);
        if absent { refusal } else { refusal.at(version) }
    })
}

/// Whether an order exists and the principal may see it.
pub(super) fn is_visible(principal: &Principal, state: &OrderState) -> bool {
    state.tenant() == Some(&principal.tenant) && principal.may_see(state.customer())
}

/// Refuses a principal without the scope.
pub(super) fn require(principal: &Principal, scope: Scope) -> Result<(), Refusal> {
    if principal.scopes.contains(scope) {
        Ok(())
    } else {
        Err(Refusal::new(Code::Forbidden, format!("this needs the scope {scope}")))
    }
}

/// An order's number is unique within its tenant.
pub(super) fn number_claim(tenant: &TenantId, before: &OrderState, event: &OrderEvent) -> Option<Claim> {
    // The order keeps the claim on an earlier number, so that this leads to no other order.
    let number = event.number_given(before)?;
    Some(Claim { scope: format!("order-number/{tenant}"), value: number.to_string() })
}

pub(super) fn metadata(caller: &Caller) -> Metadata {
    Metadata {
        correlation_id: Some(caller.correlation.as_str().to_owned()),
        causation_id: None,
        traceparent: telemetry::traceparent(),
        principal: Some(caller.principal.subject.to_string()),
    }
}
