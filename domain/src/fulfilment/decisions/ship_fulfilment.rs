use crate::decision::Decision;
use crate::{Carrier, Scope, Timestamp, TrackingNumber};

use super::super::{Fulfilment, FulfilmentEvent, FulfilmentRejection, FulfilmentState};
use super::OF_STAFF;
use super::record_handover::RecordHandover;

/// Say that all of it left the location with a carrier. Refused as long as it is not released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShipFulfilment {
    pub carrier: Carrier,
    pub tracking: TrackingNumber,
    pub at: Timestamp,
}

impl Decision<Fulfilment> for ShipFulfilment {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &FulfilmentState) -> Result<Vec<FulfilmentEvent>, FulfilmentRejection> {
        let Self { carrier, tracking, at } = self;
        match state {
            FulfilmentState::Packed(job) if !job.released => Err(FulfilmentRejection::NotReleased),
            state => RecordHandover { carrier, tracking, at }.leaves(state, "shipped"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn what_is_packed_and_released_is_shipped_once() {
        given([requested(), released(2), accepted(), packed()]).when(ship("X1")).then([shipped()]);
        given([requested(), accepted(), packed(), held(3), released(2)]).when(ship("X1")).then([shipped()]);
        given(sent()).when(ship("X1")).then_nothing();
        given([sent(), vec![delivered()]].concat()).when(ship("X1")).then_nothing();
    }

    #[test]
    fn nothing_is_shipped_before_it_is_released_or_after_it_is_held() {
        let not_released = || FulfilmentRejection::NotReleased;
        given([requested(), accepted(), packed()]).when(ship("X1")).then_rejected(not_released());
        given([requested(), released(2), accepted(), packed(), held(3)]).when(ship("X1")).then_rejected(not_released());
    }

    #[test]
    fn it_is_shipped_under_one_number_and_only_when_packed() {
        given(sent()).when(ship("X2")).then_rejected(not_allowed("Shipped", "shipped"));
        given([]).when(ship("X1")).then_rejected(FulfilmentRejection::NotRequested);
        given([requested(), released(2), accepted()])
            .when(ship("X1"))
            .then_rejected(not_allowed("Accepted", "shipped"));
        given([requested(), cancelled(5)]).when(ship("X1")).then_rejected(not_allowed("Cancelled", "shipped"));
    }
}
