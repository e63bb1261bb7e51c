use serde::Serialize;

use crate::decision::Decision;
use crate::{LineId, Scope, Timestamp};

use super::super::{LineRemoved, Order, OrderEvent, OrderRejection, OrderState};
use super::{SAMPLE_AT, SAMPLE_LINE, Sample, draft_of};

/// Remove a line from a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RemoveLine {
    pub line_id: LineId,
    #[serde(skip)]
    pub at: Timestamp,
}

impl Decision<Order> for RemoveLine {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::ORDERS_DRAFT]
    }

    /// A missing line counts as removed, so that a repeated command does nothing.
    fn decide(self, state: &OrderState) -> Result<Vec<OrderEvent>, OrderRejection> {
        let draft = draft_of(state, "RemoveLine")?;
        Ok(draft
            .line(self.line_id)
            .map(|line| OrderEvent::LineRemoved(LineRemoved { line_id: line.id, at: self.at }))
            .into_iter()
            .collect())
    }
}

impl Sample for RemoveLine {
    fn sample() -> Option<Self> {
        Some(Self { line_id: SAMPLE_LINE, at: SAMPLE_AT })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use crate::testing::given;

    #[test]
    fn removes_a_line() {
        given([drafted(), line_added(1, 3, "2.55", 765)]).when(remove_line(1)).then([line_removed(1)]);
    }

    #[test]
    fn a_repeat_is_not_a_fact() {
        given([drafted(), line_added(1, 3, "2.55", 765), line_removed(1)]).when(remove_line(1)).then_nothing();
    }

    #[test]
    fn refuses_a_placed_order() {
        given(placed_history()).when(remove_line(1)).then_rejected(not_allowed("Placed", "RemoveLine"));
    }
}
