//! A notification's decisions and its fold as one [`Decider`].

use crate::contract::PublicEvents;
use crate::{Decider, Timestamp, Unfoldable};

use super::contract::PublicEvent;
use super::{
    Notification, NotificationCommand, NotificationEvent, NotificationRejection, NotificationState, evolve::evolve,
};

impl Decider for Notification {
    const KIND: &'static str = PublicEvent::KIND;
    const FOLD_VERSION: i32 = 1;
    type State = NotificationState;
    type Command = NotificationCommand;
    type Event = NotificationEvent;
    type Rejection = NotificationRejection;

    fn initial() -> NotificationState {
        NotificationState::Absent
    }

    fn decide(
        state: &NotificationState,
        command: NotificationCommand,
    ) -> Result<Vec<NotificationEvent>, NotificationRejection> {
        command.decide(state)
    }

    fn evolve(state: NotificationState, event: &NotificationEvent) -> Result<NotificationState, Unfoldable> {
        evolve(state, event)
    }

    /// When the next attempt is to be made, or when the result of the one under way counts as lost.
    fn wake_at(state: &NotificationState) -> Option<Timestamp> {
        match state {
            NotificationState::Waiting { next_at, .. } => Some(*next_at),
            NotificationState::Sending { until, .. } => Some(*until),
            NotificationState::Absent | NotificationState::Ended { .. } => None,
        }
    }
}
