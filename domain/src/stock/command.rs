//! The decisions and the fold of a stock item as one [`Decider`].

use crate::contract::PublicEvents;
use crate::{Decider, Unfoldable};

use super::contract::PublicEvent;
use super::{Stock, StockCommand, StockEvent, StockRejection, StockState, evolve::evolve};

impl Decider for Stock {
    const KIND: &'static str = PublicEvent::KIND;
    const FOLD_VERSION: i32 = 1;
    const STATE_BYTES_MAX: Option<usize> = Some(512);
    type State = StockState;
    type Command = StockCommand;
    type Event = StockEvent;
    type Rejection = StockRejection;

    fn initial() -> StockState {
        StockState::Absent
    }

    fn decide(state: &StockState, command: StockCommand) -> Result<Vec<StockEvent>, StockRejection> {
        command.decide(state)
    }

    fn evolve(state: StockState, event: &StockEvent) -> Result<StockState, Unfoldable> {
        evolve(state, event)
    }
}
