use serde::Serialize;

use crate::decision::Decision;
use crate::{Reason, Scope, Timestamp};

use super::super::{HoldKind, Order, OrderEvent, OrderHeld, OrderRejection, OrderState};
use super::{SAMPLE_AT, Sample, open_of};

/// Hold an order: nothing of it may be sent until the hold is released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HoldOrder {
    pub hold: HoldKind,
    /// In the words of whoever holds it.
    pub note: Option<Reason>,
    #[serde(skip)]
    pub at: Timestamp,
}

impl Decision<Order> for HoldOrder {
    fn scopes(&self) -> &'static [Scope] {
        self.hold.scopes()
    }
    fn decide(self, state: &OrderState) -> Result<Vec<OrderEvent>, OrderRejection> {
        if open_of(state, "HoldOrder")?.progress.holds.contains(&self.hold) {
            return Ok(vec![]);
        }
        Ok(vec![OrderEvent::OrderHeld(OrderHeld { hold: self.hold, note: self.note, at: self.at })])
    }
}

impl Sample for HoldOrder {
    fn sample() -> Option<Self> {
        // Of another kind than the one that the sample of a release takes away.
        Some(Self { hold: HoldKind::Address, note: None, at: SAMPLE_AT })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use crate::{
        order::{HoldKind, OrderRejection},
        testing::given,
    };

    #[test]
    fn holds_an_order_that_goes_on_by_each_kind_once() {
        given(placed_history()).when(hold(HoldKind::Manual)).then([held(HoldKind::Manual)]);
        given(confirmed_history()).when(hold(HoldKind::Manual)).then([held(HoldKind::Manual)]);
        let history = || placed_history().into_iter().chain([held(HoldKind::Manual)]);
        given(history()).when(hold(HoldKind::Manual)).then_nothing();
        given(history()).when(hold(HoldKind::Fraud)).then([held(HoldKind::Fraud)]);
    }

    #[test]
    fn refuses_a_draft_and_an_order_that_has_ended() {
        given([]).when(hold(HoldKind::Manual)).then_rejected(OrderRejection::NotFound);
        given([drafted()]).when(hold(HoldKind::Manual)).then_rejected(not_allowed("Draft", "HoldOrder"));
        given([drafted(), cancelled()])
            .when(hold(HoldKind::Manual))
            .then_rejected(not_allowed("Cancelled", "HoldOrder"));
        given([imported()]).when(hold(HoldKind::Manual)).then_rejected(not_allowed("Imported", "HoldOrder"));
    }
}
