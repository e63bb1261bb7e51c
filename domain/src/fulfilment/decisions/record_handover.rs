use crate::decision::Decision;
use crate::{Carrier, Scope, Timestamp, TrackingNumber};

use super::super::{Fulfilment, FulfilmentEvent, FulfilmentRejection, FulfilmentShipped, FulfilmentState};
use super::OF_ENGINE;

/// Record that a carrier has the goods. Unlike a report of the staff's it is a fact, so it is taken also where nothing was released, as
/// when a hold came while the parcel was being collected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordHandover {
    pub carrier: Carrier,
    pub tracking: TrackingNumber,
    pub at: Timestamp,
}

impl RecordHandover {
    /// What was packed leaves, once. `done` names it where the state does not allow it.
    pub(super) fn leaves(
        self,
        state: &FulfilmentState,
        done: &'static str,
    ) -> Result<Vec<FulfilmentEvent>, FulfilmentRejection> {
        let Self { carrier, tracking, at } = self;
        match state {
            FulfilmentState::Packed(job) => Ok(vec![FulfilmentEvent::FulfilmentShipped(FulfilmentShipped {
                order: job.inbox.order,
                location: job.location.clone(),
                lines: job.lines.clone(),
                carrier,
                tracking,
                at,
            })]),
            FulfilmentState::Shipped(shipment)
            | FulfilmentState::Delivered(shipment)
            | FulfilmentState::Lost(shipment)
                if shipment.carrier == carrier && shipment.tracking == tracking =>
            {
                Ok(vec![])
            }
            FulfilmentState::Absent
            | FulfilmentState::Unrequested(_)
            | FulfilmentState::Requested(_)
            | FulfilmentState::Accepted(_)
            | FulfilmentState::Picked(_)
            | FulfilmentState::Shipped(_)
            | FulfilmentState::Delivered(_)
            | FulfilmentState::Lost(_)
            | FulfilmentState::Rejected(_)
            | FulfilmentState::Cancelled(_) => Err(state.forbids(done)),
        }
    }
}

impl Decision<Fulfilment> for RecordHandover {
    fn scopes(&self) -> &'static [Scope] {
        OF_ENGINE
    }

    fn decide(self, state: &FulfilmentState) -> Result<Vec<FulfilmentEvent>, FulfilmentRejection> {
        self.leaves(state, "handed over")
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn what_a_carrier_has_was_shipped_released_or_not() {
        given([requested(), released(2), accepted(), packed()]).when(hand_over("X1")).then([shipped()]);
        given([requested(), accepted(), packed()]).when(hand_over("X1")).then([shipped()]);
        given([requested(), released(2), accepted(), packed(), held(3)]).when(hand_over("X1")).then([shipped()]);
    }

    #[test]
    fn what_was_shipped_so_is_delivered_like_anything_else() {
        let sent = [requested(), accepted(), packed(), shipped()];
        given(sent.clone()).when(hand_over("X1")).then_nothing();
        given(sent).when(deliver()).then([delivered()]);
    }

    #[test]
    fn another_parcel_or_one_that_is_over_is_refused() {
        given(sent()).when(hand_over("X2")).then_rejected(not_allowed("Shipped", "handed over"));
        given([]).when(hand_over("X1")).then_rejected(FulfilmentRejection::NotRequested);
        given([requested(), accepted()]).when(hand_over("X1")).then_rejected(not_allowed("Accepted", "handed over"));
        given([requested(), cancelled(5)]).when(hand_over("X1")).then_rejected(not_allowed("Cancelled", "handed over"));
    }
}
