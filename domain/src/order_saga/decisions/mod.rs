//! One file for each decision: the command, the scopes it needs, its validation and its tests; and the list of them.

mod assign_task;
mod cancel_saga;
mod decide_task;
mod hold_saga;
mod learn_answer;
mod rearrange_shares;
mod release_saga;
mod retry_steps;
mod skip_step;
mod start_saga;
mod undo_order;
mod wake;

pub use assign_task::*;
pub use cancel_saga::*;
pub use decide_task::*;
pub use hold_saga::*;
pub use learn_answer::*;
pub use rearrange_shares::*;
pub use release_saga::*;
pub use retry_steps::*;
pub use skip_step::*;
pub use start_saga::*;
pub use undo_order::*;
pub use wake::*;

use super::{OrderSaga, OrderSagaRejection, OrderSagaState, Saga};
use crate::TenantId;
use crate::decision::declare_commands;

declare_commands! {
    /// A command of a saga.
    OrderSagaCommand of OrderSaga {
        StartSaga,
        CancelSaga,
        LearnAnswer,
        Wake,
        AssignTask,
        DecideTask,
        RetrySteps,
        SkipStep,
        RearrangeShares,
        UndoOrder,
        HoldSaga,
        ReleaseSaga,
    }
}

/// The saga of a tenant, for an operator.
fn saga_of<'a>(state: &'a OrderSagaState, tenant: &TenantId) -> Result<&'a Saga, OrderSagaRejection> {
    match state.saga() {
        None => Err(OrderSagaRejection::NotFound),
        Some(saga) if saga.tenant != *tenant => Err(OrderSagaRejection::OtherTenant),
        Some(saga) => Ok(saga),
    }
}

#[cfg(test)]
pub(in crate::order_saga) mod fixtures;

#[cfg(test)]
mod hold_fixtures;
