use std::collections::BTreeMap;

use crate::decision::Decision;
use crate::{Pieces, Scope, Sku, TenantId, Timestamp};

use super::super::{
    FilledLine, Reservation, ReservationBackorderFilled, ReservationEvent, ReservationRejection, ReservationState,
};

/// Set stock aside for what is backordered, as far as there is some. Sent by whoever learns that stock came in, to the reservations
/// that wait for it, oldest first; stock itself does not know them. It asks for no answer: nothing happens where nothing is to be
/// filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FillBackorders {
    pub tenant: TenantId,
    /// [`StockState::fillable`](crate::stock::StockState::fillable) of each SKU at the location, as the unit of work reads it.
    pub seen: BTreeMap<Sku, Pieces>,
    pub at: Timestamp,
}

impl Decision<Reservation> for FillBackorders {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::INVENTORY_RESERVE]
    }

    fn decide(self, state: &ReservationState) -> Result<Vec<ReservationEvent>, ReservationRejection> {
        if state.tenant().is_some_and(|tenant| *tenant != self.tenant) {
            return Err(ReservationRejection::OtherTenant);
        }
        let ReservationState::Granted(granted) = state else {
            return Ok(vec![]);
        };
        let filled =
            |sku: &Sku, backordered: Pieces| self.seen.get(sku).copied().unwrap_or(Pieces::ZERO).min(backordered);
        let lines = granted
            .lines
            .iter()
            .map(|line| FilledLine { sku: line.sku.clone(), quantity: filled(&line.sku, line.backordered) });
        let lines: Vec<_> = lines.filter(|line| !line.quantity.is_zero()).collect();
        if lines.is_empty() {
            return Ok(vec![]);
        }
        let complete = granted.lines.iter().all(|line| filled(&line.sku, line.backordered) == line.backordered);
        Ok(vec![ReservationEvent::ReservationBackorderFilled(ReservationBackorderFilled {
            tenant: self.tenant,
            order: granted.inbox.order,
            location: granted.location.clone(),
            lines,
            complete,
            at: self.at,
        })])
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    fn backordered() -> ReservationEvent {
        granted_of(&[("a", 3, 2, 1), ("b", 2, 2, 0), ("c", 1, 0, 1)])
    }

    #[test]
    fn stock_is_set_aside_as_far_as_there_is_some() {
        given([backordered()]).when(fill(&[("a", 1), ("b", 5)]).into()).then([filled(&[("a", 1), ("b", 2)], false)]);
        given([backordered(), filled(&[("a", 1), ("b", 2)], false)])
            .when(fill(&[("a", 9), ("c", 9)]).into())
            .then([filled(&[("a", 1)], true)]);
    }

    #[test]
    fn nothing_happens_where_nothing_is_to_be_filled() {
        given([]).when(fill(&[("a", 1)]).into()).then_nothing();
        given([granted()]).when(fill(&[("a", 1)]).into()).then_nothing();
        given([backordered()]).when(fill(&[("c", 1)]).into()).then_nothing();
        given([backordered(), expired(900, &[])]).when(fill(&[("a", 1)]).into()).then_nothing();
    }

    #[test]
    fn refuses_another_tenant() {
        let foreign = FillBackorders { tenant: foreign(1).tenant, ..fill(&[("a", 1)]) };
        given([backordered()]).when(foreign.into()).then_rejected(ReservationRejection::OtherTenant);
    }
}
