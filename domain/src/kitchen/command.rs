//! A kitchen's decisions and its fold as one [`Decider`].

use crate::contract::PublicEvents;
use crate::{Decider, Timestamp, Unfoldable};

use super::contract::PublicEvent;
use super::{Kitchen, KitchenCommand, KitchenEvent, KitchenRejection, KitchenState, evolve::evolve, schedule};

impl Decider for Kitchen {
    const KIND: &'static str = PublicEvent::KIND;
    const FOLD_VERSION: i32 = 1;
    type State = KitchenState;
    type Command = KitchenCommand;
    type Event = KitchenEvent;
    type Rejection = KitchenRejection;

    fn initial() -> KitchenState {
        KitchenState::Absent
    }

    fn decide(state: &KitchenState, command: KitchenCommand) -> Result<Vec<KitchenEvent>, KitchenRejection> {
        command.decide(state)
    }

    fn evolve(state: KitchenState, event: &KitchenEvent) -> Result<KitchenState, Unfoldable> {
        evolve(state, event)
    }

    /// Where its staff is simulated: at once if there is something to begin, else when the next item is to be done.
    fn wake_at(state: &KitchenState) -> Option<Timestamp> {
        let kitchen = state.kitchen().filter(|kitchen| kitchen.staff.simulated)?;
        if schedule::startable(kitchen).is_empty() {
            kitchen.in_hand().filter(|(_, _, cooking)| cooking.simulated).map(|(_, _, cooking)| cooking.until).min()
        } else {
            Some(kitchen.changed_at)
        }
    }
}
