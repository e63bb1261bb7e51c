//! The receipt of a command.

use command_kit::http::MoneyView;
use domain::order::{Completed, Confirmed, Expired, OrderCommand, OrderState, Rejected};
use domain::{EventId, LineId, Money, OrderId, OrderNumber};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The state of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrderStatus {
    /// The order is being put together and can still change.
    Draft,
    /// The customer has committed to the order.
    Placed,
    /// The merchant has committed to the order.
    Confirmed,
    /// The merchant did not take the order.
    Rejected,
    /// The order was cancelled.
    Cancelled,
    /// The order is a draft that nobody changed or placed for too long.
    Expired,
    /// The order is finished. An imported order is completed from the start.
    // Answers that an earlier release stored have the older name.
    #[serde(alias = "IMPORTED")]
    Completed,
}

impl OrderStatus {
    /// The status of a state; `None` for an order without events.
    pub const fn of(state: &OrderState) -> Option<Self> {
        match state {
            OrderState::Absent => None,
            OrderState::Draft(_) => Some(Self::Draft),
            OrderState::Placed(_) => Some(Self::Placed),
            OrderState::Confirmed(_) => Some(Self::Confirmed),
            OrderState::Rejected(_) => Some(Self::Rejected),
            OrderState::Cancelled(_) => Some(Self::Cancelled),
            OrderState::Expired(_) => Some(Self::Expired),
            OrderState::Completed(_) | OrderState::Imported(_) => Some(Self::Completed),
        }
    }
}

/// The result of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// The id of the order.
    #[schema(value_type = Uuid)]
    pub order_id: OrderId,
    /// The version of the order after the command, which is also its ETag.
    #[schema(example = 17)]
    pub version: i64,
    /// The state of the order after the command.
    pub state: OrderStatus,
    /// The order number; absent until the order is placed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "SO-1000001")]
    pub number: Option<OrderNumber>,
    /// The sum of the line totals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<MoneyView>)]
    pub total: Option<Money>,
    /// The id of the line that was added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    pub line_id: Option<LineId>,
    /// The ids of the events that were stored; empty if there was nothing to change.
    #[schema(value_type = Vec<Uuid>)]
    pub event_ids: Vec<EventId>,
}

impl Receipt {
    pub(super) fn of(
        id: &str,
        command: &OrderCommand,
        version: i64,
        state: &OrderState,
        event_ids: Vec<EventId>,
    ) -> Self {
        let line_id = match command {
            OrderCommand::AddLine(line) => Some(line.line_id),
            _ => None,
        };
        Self {
            order_id: id.parse().expect("an order's stream is named by its id"),
            version,
            state: OrderStatus::of(state).expect("a decision that was not refused leaves an order"),
            number: state.number().cloned(),
            total: total_of(state),
            line_id,
            event_ids,
        }
    }
}

impl command_kit::Receipt for Receipt {
    fn version(&self) -> i64 {
        self.version
    }

    fn event_ids(&self) -> &[EventId] {
        &self.event_ids
    }
}

/// The sum of an order's line totals.
pub(super) fn total_of(state: &OrderState) -> Option<Money> {
    match state {
        OrderState::Absent => None,
        // No line is added that makes the sum overflow.
        OrderState::Draft(draft) | OrderState::Expired(Expired { draft, .. }) => draft.total().ok(),
        OrderState::Placed(placed)
        | OrderState::Confirmed(Confirmed { placed, .. })
        | OrderState::Completed(Completed { placed, .. })
        | OrderState::Rejected(Rejected { placed, .. }) => Some(placed.total),
        OrderState::Cancelled(cancelled) => cancelled.draft.total().ok(),
        OrderState::Imported(imported) => Some(imported.order.total),
    }
}
