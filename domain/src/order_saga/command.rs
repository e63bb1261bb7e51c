//! A saga's decisions and its fold as one [`Decider`].

use crate::contract::PublicEvents;
use crate::{Decider, Timestamp, Unfoldable};

use super::contract::PublicEvent;
use super::{
    OrderSaga, OrderSagaCommand, OrderSagaEvent, OrderSagaRejection, OrderSagaState, evolve::evolve, flow::wake_at,
};

impl Decider for OrderSaga {
    const KIND: &'static str = PublicEvent::KIND;
    const FOLD_VERSION: i32 = 7;
    type State = OrderSagaState;
    type Command = OrderSagaCommand;
    type Event = OrderSagaEvent;
    type Rejection = OrderSagaRejection;

    fn initial() -> OrderSagaState {
        OrderSagaState::Absent
    }

    fn decide(state: &OrderSagaState, command: OrderSagaCommand) -> Result<Vec<OrderSagaEvent>, OrderSagaRejection> {
        command.decide(state)
    }

    fn evolve(state: OrderSagaState, event: &OrderSagaEvent) -> Result<OrderSagaState, Unfoldable> {
        evolve(state, event)
    }

    /// When a request is to be asked again, a reservation to be renewed, or somebody has taken too long.
    fn wake_at(state: &OrderSagaState) -> Option<Timestamp> {
        state.saga().and_then(wake_at)
    }
}
