//! The commands of an order.

use crate::contract::PublicEvents;
use crate::{Decider, Unfoldable};

use super::contract::PublicEvent;
use super::{
    AddLine, CancelOrder, ChangeLineQuantity, CreateDraft, EraseSubject, ImportOrder, Order, OrderEvent,
    OrderRejection, OrderState, PlaceOrder, RemoveLine, SetAddress, evolve::evolve,
};

/// A command of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderCommand {
    CreateDraft(CreateDraft),
    AddLine(AddLine),
    ChangeLineQuantity(ChangeLineQuantity),
    RemoveLine(RemoveLine),
    SetAddress(SetAddress),
    PlaceOrder(PlaceOrder),
    CancelOrder(CancelOrder),
    ImportOrder(ImportOrder),
    EraseSubject(EraseSubject),
}

impl OrderCommand {
    /// The command's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::CreateDraft(_) => "CreateDraft",
            Self::AddLine(_) => "AddLine",
            Self::ChangeLineQuantity(_) => "ChangeLineQuantity",
            Self::RemoveLine(_) => "RemoveLine",
            Self::SetAddress(_) => "SetAddress",
            Self::PlaceOrder(_) => "PlaceOrder",
            Self::CancelOrder(_) => "CancelOrder",
            Self::ImportOrder(_) => "ImportOrder",
            Self::EraseSubject(_) => "EraseSubject",
        }
    }
}

impl Decider for Order {
    const KIND: &'static str = PublicEvent::KIND;
    const FOLD_VERSION: i32 = 3;
    type State = OrderState;
    type Command = OrderCommand;
    type Event = OrderEvent;
    type Rejection = OrderRejection;

    fn initial() -> OrderState {
        OrderState::Absent
    }

    fn decide(state: &OrderState, command: OrderCommand) -> Result<Vec<OrderEvent>, OrderRejection> {
        match command {
            OrderCommand::CreateDraft(command) => command.decide(state),
            OrderCommand::AddLine(command) => command.decide(state),
            OrderCommand::ChangeLineQuantity(command) => command.decide(state),
            OrderCommand::RemoveLine(command) => command.decide(state),
            OrderCommand::SetAddress(command) => command.decide(state),
            OrderCommand::PlaceOrder(command) => command.decide(state),
            OrderCommand::CancelOrder(command) => command.decide(state),
            OrderCommand::ImportOrder(command) => command.decide(state),
            OrderCommand::EraseSubject(command) => command.decide(state),
        }
    }

    fn evolve(state: OrderState, event: &OrderEvent) -> Result<OrderState, Unfoldable> {
        evolve(state, event)
    }
}
