//! A payment's decisions and its fold as one [`Decider`].

use crate::contract::PublicEvents;
use crate::{Decider, Timestamp, Unfoldable};

use super::contract::PublicEvent;
use super::{Payment, PaymentCommand, PaymentEvent, PaymentRejection, PaymentState, Stage, evolve::evolve};

impl Decider for Payment {
    const KIND: &'static str = PublicEvent::KIND;
    const FOLD_VERSION: i32 = 1;
    type State = PaymentState;
    type Command = PaymentCommand;
    type Event = PaymentEvent;
    type Rejection = PaymentRejection;

    fn initial() -> PaymentState {
        PaymentState::Absent
    }

    fn decide(state: &PaymentState, command: PaymentCommand) -> Result<Vec<PaymentEvent>, PaymentRejection> {
        command.decide(state)
    }

    fn evolve(state: PaymentState, event: &PaymentEvent) -> Result<PaymentState, Unfoldable> {
        evolve(state, event)
    }

    /// The first of: when an effect under way is to be looked after, when the customer's time to authenticate is over, when the
    /// authorisation expires.
    fn wake_at(state: &PaymentState) -> Option<Timestamp> {
        let payment = state.payment()?;
        let of_stage = match payment.stage {
            Stage::RequiresAction { until } => Some(until),
            Stage::Authorized { expires_at } => expires_at,
            Stage::Pending
            | Stage::PartiallyCaptured
            | Stage::Captured
            | Stage::Voided { .. }
            | Stage::Failed
            | Stage::Expired => None,
        };
        payment.effects().map(|effect| effect.ask_at).chain(of_stage).min()
    }
}
