//! One file for each decision: the command, the scopes it needs, its validation and its tests; and the list of them.

mod add_line;
mod cancel_order;
mod change_line_quantity;
mod create_draft;
mod erase_subject;
mod import_order;
mod place_order;
mod remove_line;
mod set_address;

pub use add_line::*;
pub use cancel_order::*;
pub use change_line_quantity::*;
pub use create_draft::*;
pub use erase_subject::*;
pub use import_order::*;
pub use place_order::*;
pub use remove_line::*;
pub use set_address::*;

use uuid::Uuid;

use super::{Draft, OrderEvent, OrderRejection, OrderState};
use crate::{LineId, Scope, Timestamp};

/// The line that samples name.
pub(super) const SAMPLE_LINE: LineId = LineId::new(Uuid::nil());
/// The moment of samples.
pub(super) const SAMPLE_AT: Timestamp = Timestamp::EPOCH;

/// A command with its decision.
pub(super) trait Decision: Sized {
    /// The scopes that whoever asks for it needs, all of them.
    fn scopes(&self) -> &'static [Scope];

    /// One of its kind that keeps all rules about values, for what is possible for an order; `None` for a command that nobody
    /// gives for an order that exists.
    fn sample() -> Option<Self>;

    /// The events that it leads to in a state; none where its work is done already.
    ///
    /// # Errors
    /// Why the state or a rule refuses it.
    fn decide(self, state: &OrderState) -> Result<Vec<OrderEvent>, OrderRejection>;
}

/// From one list: the enum of the commands, and what is asked of every one of them.
macro_rules! decisions {
    ($($name:ident,)*) => {
        /// A command of an order.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum OrderCommand {
            $($name($name),)*
        }

        impl OrderCommand {
            /// The command's name.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => stringify!($name),)*
                }
            }

            /// The scopes that whoever asks for it needs, all of them.
            pub fn scopes(&self) -> &'static [Scope] {
                match self {
                    $(Self::$name(command) => command.scopes(),)*
                }
            }

            /// A sample of each command that can be given for an order that exists.
            pub(super) fn samples() -> impl Iterator<Item = Self> {
                [$($name::sample().map(Self::$name)),*].into_iter().flatten()
            }

            pub(super) fn decide(self, state: &OrderState) -> Result<Vec<OrderEvent>, OrderRejection> {
                match self {
                    $(Self::$name(command) => command.decide(state),)*
                }
            }
        }

        $(impl From<$name> for OrderCommand {
            fn from(command: $name) -> Self {
                Self::$name(command)
            }
        })*
    };
}

decisions! {
    CreateDraft,
    AddLine,
    ChangeLineQuantity,
    RemoveLine,
    SetAddress,
    PlaceOrder,
    CancelOrder,
    ImportOrder,
    EraseSubject,
}

/// The draft of a state, for the commands that only a draft accepts.
fn draft_of<'a>(state: &'a OrderState, command: &'static str) -> Result<&'a Draft, OrderRejection> {
    match state {
        OrderState::Draft(draft) => Ok(draft),
        OrderState::Absent => Err(OrderRejection::NotFound),
        state => Err(OrderRejection::NotAllowed { state: state.name(), command }),
    }
}

#[cfg(test)]
pub(in crate::order) mod fixtures;
