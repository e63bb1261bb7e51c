//! Orders as the command edge sees them: whose they are, what their numbers claim, what their commands answer.

use command_kit::{Aggregate, Answer, Caller, CommandRunner, DryRun, Ran, Refusal, Task, UnitRunner, Words};
use domain::order::{Order, OrderCommand, OrderEvent, OrderRejection, OrderState};
use domain::{LineId, OrderId, TenantId, Timestamp};
use event_store::{Claim, Decided, ExecuteError, Expectation, Store};
use serde::Serialize;
use service_kit::auth::{Principal, Scope};
use service_kit::clock::{SharedClock, SharedIds};
use service_kit::keyring::KeyRing;

use super::code::WORDS;
use super::numbers::OrderNumbers;
use super::policies::Policies;
use super::preview::Preview;
use super::receipt::Receipt;

/// Runs commands of orders.
pub struct Orders {
    pub(super) runner: CommandRunner<Self>,
    /// Runs what the saga of an order is told of.
    pub(super) units: UnitRunner,
    pub(super) policies: Policies,
    pub(super) numbers: OrderNumbers,
    pub(super) keys: KeyRing,
    clock: SharedClock,
    ids: SharedIds,
}

/// How a command ended that was not refused.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Done(Answer<Receipt>),
    /// Of a dry run.
    Preview(Preview),
}

impl Orders {
    /// Commands over a store. `fingerprint_key` hashes requests for idempotency; it must stay the same for as long as keys
    /// are to be recognised, and be the same in every process.
    pub fn new(
        store: Store,
        keys: KeyRing,
        clock: SharedClock,
        ids: SharedIds,
        fingerprint_key: &[u8; 32],
        policies: Policies,
    ) -> Self {
        let numbers = OrderNumbers::new(store.clone());
        let units = UnitRunner::new(store.clone(), ids.clone(), fingerprint_key, WORDS);
        let runner = CommandRunner::new(store, ids.clone(), fingerprint_key);
        Self { runner, units, policies, numbers, keys, clock, ids }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn new_order_id(&self) -> OrderId {
        OrderId::new(self.ids.ordered())
    }

    pub(super) fn new_line_id(&self) -> LineId {
        LineId::new(self.ids.ordered())
    }

    pub(super) fn store(&self) -> &Store {
        self.runner.bus().store()
    }

    /// An order as of now.
    pub(super) async fn load(&self, order_id: OrderId) -> Result<event_store::Loaded<OrderState>, Refusal> {
        self.runner.bus().load(&order_id.to_string()).await.map_err(of_bus)
    }

    /// An order as it is in memory, read only where it is not. What only needs its customer reads it so, since that never changes.
    pub(super) async fn recent(&self, order_id: OrderId) -> Result<std::sync::Arc<OrderState>, Refusal> {
        self.units.units().recent::<Order>(&order_id.to_string()).await.map_err(of_bus)
    }

    /// Runs a command on an order that is there.
    pub(super) async fn run(
        &self,
        caller: &Caller,
        order_id: OrderId,
        operation: &'static str,
        input: &(impl Serialize + Sync),
        command: impl Into<OrderCommand>,
    ) -> Result<Outcome, Refusal> {
        let task = Task {
            operation,
            id: &order_id.to_string(),
            expects: Expectation::Existing,
            input,
            command: command.into(),
        };
        self.run_task(caller, order_id, task).await
    }

    /// Runs any command.
    pub(super) async fn run_task(
        &self,
        caller: &Caller,
        order_id: OrderId,
        task: Task<'_, impl Serialize + Sync, OrderCommand>,
    ) -> Result<Outcome, Refusal> {
        Ok(match self.runner.run(caller, task).await? {
            Ran::Done(answer) => Outcome::Done(answer),
            Ran::DryRun(DryRun { version, events, .. }) => {
                Outcome::Preview(Preview::of(order_id, &caller.principal.tenant, version, &events))
            }
        })
    }
}

/// What the command bus could not do.
pub(super) fn of_bus(error: impl Into<ExecuteError>) -> Refusal {
    Refusal::of_bus(&error.into(), &WORDS)
}

/// Absent or somebody else's: one answer for both.
pub(super) fn not_found() -> Refusal {
    Refusal::rejected(&OrderRejection::NotFound)
}

/// Refuses a principal without the scopes that a command needs, before anything is done for it.
pub(super) fn permit(principal: &Principal, command: &OrderCommand) -> Result<(), Refusal> {
    CommandRunner::<Orders>::permit(principal, command)
}

/// Whether an order is there and the principal's to see.
pub(super) fn is_visible(principal: &Principal, state: &OrderState) -> bool {
    state.tenant() == Some(&principal.tenant) && principal.may_see(state.customer())
}

impl Aggregate for Orders {
    type Decider = Order;
    type Receipt = Receipt;
    const WORDS: Words = WORDS;

    fn scopes(command: &OrderCommand) -> &'static [Scope] {
        command.scopes()
    }

    fn admit(principal: &Principal, command: &OrderCommand, state: &OrderState) -> Result<(), Refusal> {
        let makes_order = matches!(command, OrderCommand::CreateDraft(_) | OrderCommand::ImportOrder(_));
        match state {
            OrderState::Absent if makes_order => Ok(()),
            state if is_visible(principal, state) => Ok(()),
            _ if makes_order => Err(Refusal::rejected(&OrderRejection::OrderExists)),
            _ => Err(not_found()),
        }
    }

    /// An order's number is unique within its tenant.
    fn claim(tenant: &TenantId, before: &OrderState, event: &OrderEvent) -> Option<Claim> {
        // The order keeps the claim on an earlier number, so that this leads to no other order.
        let number = event.number_given(before)?;
        Some(Claim { scope: format!("order-number/{tenant}"), value: number.to_string() })
    }

    fn receipt(id: &str, command: &OrderCommand, decided: &Decided<Order>) -> Receipt {
        Receipt::of(id, command, decided.version, &decided.state, decided.event_ids.clone())
    }
}
