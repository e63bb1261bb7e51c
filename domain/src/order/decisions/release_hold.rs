use serde::Serialize;

use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{HoldKind, HoldReleased, Order, OrderEvent, OrderRejection, OrderState};
use super::{SAMPLE_AT, Sample, open_of};

/// Release a hold. Holds of other kinds stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReleaseHold {
    pub hold: HoldKind,
    #[serde(skip)]
    pub at: Timestamp,
}

impl Decision<Order> for ReleaseHold {
    fn scopes(&self) -> &'static [Scope] {
        self.hold.scopes()
    }
    fn decide(self, state: &OrderState) -> Result<Vec<OrderEvent>, OrderRejection> {
        if !open_of(state, "ReleaseHold")?.progress.holds.contains(&self.hold) {
            return Ok(vec![]);
        }
        Ok(vec![OrderEvent::HoldReleased(HoldReleased { hold: self.hold, at: self.at })])
    }
}

impl Sample for ReleaseHold {
    fn sample() -> Option<Self> {
        Some(Self { hold: HoldKind::Manual, at: SAMPLE_AT })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use crate::{
        Scope,
        order::{HoldKind, OrderRejection},
        testing::given,
    };

    #[test]
    fn each_kind_needs_its_scope_to_be_placed_and_to_be_released() {
        let kinds = [
            (HoldKind::Fraud, Scope::ORDERS_HOLD_FRAUD),
            (HoldKind::PaymentAction, Scope::ORDERS_HOLD_PAYMENT),
            (HoldKind::Address, Scope::ORDERS_HOLD),
            (HoldKind::Stock, Scope::ORDERS_HOLD),
            (HoldKind::Edit, Scope::ORDERS_HOLD),
            (HoldKind::Manual, Scope::ORDERS_HOLD),
        ];
        assert_eq!(kinds.map(|(kind, _)| kind), HoldKind::ALL);
        for (kind, scope) in kinds {
            assert_eq!((hold(kind).scopes(), release(kind).scopes()), (&[scope][..], &[scope][..]), "{kind:?}");
        }
    }

    #[test]
    fn releases_a_hold_once_and_no_other() {
        let history = || placed_history().into_iter().chain([held(HoldKind::Manual), held(HoldKind::Fraud)]);
        given(history()).when(release(HoldKind::Manual)).then([released(HoldKind::Manual)]);
        given(history().chain([released(HoldKind::Manual)])).when(release(HoldKind::Manual)).then_nothing();
        given(history().chain([released(HoldKind::Manual)])).when(hold(HoldKind::Fraud)).then_nothing();
    }

    #[test]
    fn a_hold_ends_with_the_order() {
        given(placed_history().into_iter().chain([held(HoldKind::Manual), cancelled()]))
            .when(release(HoldKind::Manual))
            .then_rejected(not_allowed("Cancelled", "ReleaseHold"));
        given([]).when(release(HoldKind::Manual)).then_rejected(OrderRejection::NotFound);
    }
}
