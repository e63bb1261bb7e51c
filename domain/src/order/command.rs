//! An order's decisions and its fold as one [`Decider`].

use crate::contract::PublicEvents;
use crate::{Decider, Unfoldable};

use super::contract::PublicEvent;
use super::{Order, OrderCommand, OrderEvent, OrderRejection, OrderState, evolve::evolve};

impl Decider for Order {
    const KIND: &'static str = PublicEvent::KIND;
    const FOLD_VERSION: i32 = 5;
    type State = OrderState;
    type Command = OrderCommand;
    type Event = OrderEvent;
    type Rejection = OrderRejection;

    fn initial() -> OrderState {
        OrderState::Absent
    }

    fn decide(state: &OrderState, command: OrderCommand) -> Result<Vec<OrderEvent>, OrderRejection> {
        command.decide(state)
    }

    fn evolve(state: OrderState, event: &OrderEvent) -> Result<OrderState, Unfoldable> {
        evolve(state, event)
    }
}
