use crate::decision::Decision;
use crate::reservation::RequestedLine;
use crate::{FulfilmentId, LocationId, Operator, Scope, Sku, TenantId, Timestamp};

use super::super::flow::with_consequences;
use super::super::{
    Goal, OrderSaga, OrderSagaEvent, OrderSagaRejection, OrderSagaState, RearrangementOrdered, RoutedShare, Saga,
};
use super::saga_of;

/// What one location is to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedShare {
    pub location: LocationId,
    pub skus: Vec<Sku>,
}

/// Send what some fulfilments have otherwise: by another location, split among several, or together.
///
/// The fulfilments are stopped first, and their stock is given back. Where goods leave before that, all is sent as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RearrangeShares {
    pub tenant: TenantId,
    /// Fulfilments whose goods have not left.
    pub fulfilments: Vec<FulfilmentId>,
    /// Each product of the fulfilments once.
    pub shares: Vec<WantedShare>,
    pub by: Operator,
    pub at: Timestamp,
}

impl Decision<OrderSaga> for RearrangeShares {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::SAGA_OPERATE]
    }

    fn decide(self, state: &OrderSagaState) -> Result<Vec<OrderSagaEvent>, OrderSagaRejection> {
        let saga = saga_of(state, &self.tenant)?;
        if saga.outcome.is_some() {
            return Err(OrderSagaRejection::Ended);
        }
        if saga.goal != Goal::Fulfil || saga.rearrangement.is_some() {
            return Err(OrderSagaRejection::NotRearrangeable);
        }
        let lines = lines_of(saga, &self.fulfilments)?;
        let shares = shares_of(saga, &lines, self.shares)?;
        let Self { fulfilments, by, at, .. } = self;
        let ordered = RearrangementOrdered { fulfilments, shares, by, at };
        with_consequences(state, vec![OrderSagaEvent::RearrangementOrdered(ordered)], at)
    }
}

/// What some fulfilments send, each of which is named once.
fn lines_of(saga: &Saga, fulfilments: &[FulfilmentId]) -> Result<Vec<RequestedLine>, OrderSagaRejection> {
    let mut lines = Vec::new();
    for (place, id) in fulfilments.iter().enumerate() {
        let part = saga.current_fulfilments().find(|part| part.id == *id && !part.status.has_left());
        let part = part.filter(|_| !fulfilments[..place].contains(id)).ok_or(OrderSagaRejection::NotToBeSent(*id))?;
        let share = saga.reservation_behind(part).map(|reservation| &saga.shares[reservation.share]);
        lines.extend(share.into_iter().flat_map(|share| share.lines.iter().cloned()));
    }
    Ok(lines)
}

fn shares_of(
    saga: &Saga,
    lines: &[RequestedLine],
    wanted: Vec<WantedShare>,
) -> Result<Vec<RoutedShare>, OrderSagaRejection> {
    if wanted.is_empty() {
        return Err(OrderSagaRejection::WrongShares);
    }
    let mut shares = Vec::with_capacity(wanted.len());
    for WantedShare { location, skus } in wanted {
        if !saga.policy.locations.contains(&location) {
            return Err(OrderSagaRejection::UnknownLocation(location));
        }
        let lines: Vec<_> = lines.iter().filter(|line| skus.contains(&line.sku)).cloned().collect();
        if lines.is_empty() || lines.len() != skus.len() {
            return Err(OrderSagaRejection::WrongShares);
        }
        shares.push(RoutedShare { location, lines });
    }
    let mut sent: Vec<_> = shares.iter().flat_map(|share| &share.lines).map(|line| &line.sku).collect();
    sent.sort_unstable();
    let mut needed: Vec<_> = lines.iter().map(|line| &line.sku).collect();
    needed.sort_unstable();
    if sent == needed { Ok(shares) } else { Err(OrderSagaRejection::WrongShares) }
}

#[cfg(test)]
mod tests {
    use super::super::super::flow::course::{CUP, Course, PLATE};
    use super::*;
    use crate::Decider;
    use crate::order_saga::CaptureMoment;
    use crate::order_saga::decisions::fixtures::order;

    fn id(number: u32) -> FulfilmentId {
        FulfilmentId::of(order(), number)
    }

    /// The order of a cup and a plate, each of which a location is to send.
    fn refused(fulfilments: &[FulfilmentId], shares: &[(&str, &[&str])]) -> OrderSagaRejection {
        let course = Course::paid(CaptureMoment::AtConfirmation);
        OrderSaga::decide(course.state(), Course::rearranged(fulfilments, shares)).unwrap_err()
    }

    #[test]
    fn only_what_is_still_to_be_sent_is_rearranged() {
        let unknown = refused(&[id(3)], &[("zrh-1", &[CUP])]);
        assert_eq!(unknown, OrderSagaRejection::NotToBeSent(id(3)));
        let twice = refused(&[id(1), id(1)], &[("zrh-1", &[CUP])]);
        assert_eq!(twice, OrderSagaRejection::NotToBeSent(id(1)));
    }

    #[test]
    fn the_shares_have_each_product_once() {
        let wrong: [&[(&str, &[&str])]; 6] = [
            &[],
            &[("zrh-1", &[])],
            &[("zrh-1", &[CUP])],
            &[("zrh-1", &[CUP, PLATE]), ("zrh-2", &[PLATE])],
            &[("zrh-1", &[CUP, CUP]), ("zrh-2", &[PLATE])],
            &[("zrh-1", &[CUP, PLATE, "fork"])],
        ];
        for shares in wrong {
            assert_eq!(refused(&[id(1), id(2)], shares), OrderSagaRejection::WrongShares, "{shares:?}");
        }
        assert_eq!(refused(&[id(1)], &[("zrh-1", &[PLATE])]), OrderSagaRejection::WrongShares);
        assert_eq!(refused(&[], &[]), OrderSagaRejection::WrongShares, "nothing is rearranged");
    }

    #[test]
    fn a_location_is_one_of_the_policy() {
        let nowhere = LocationId::try_new("mars-1").unwrap();
        assert_eq!(refused(&[id(1)], &[("mars-1", &[CUP])]), OrderSagaRejection::UnknownLocation(nowhere));
    }

    #[test]
    fn nothing_is_rearranged_twice_at_once_or_of_an_order_that_is_undone() {
        let mut course = Course::paid(CaptureMoment::AtConfirmation);
        let wanted = || Course::rearranged(&[id(1)], &[("zrh-2", &[CUP])]);
        assert_eq!(course.takes(wanted()), ["RearrangementOrdered", "FulfilmentCancelRequested"]);
        assert_eq!(OrderSaga::decide(course.state(), wanted()), Err(OrderSagaRejection::NotRearrangeable));
        course.takes(crate::order_saga::decisions::fixtures::cancel());
        assert_eq!(OrderSaga::decide(course.state(), wanted()), Err(OrderSagaRejection::NotRearrangeable));
    }
}
