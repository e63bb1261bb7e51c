use crate::decision::Decision;
use crate::{Carrier, Scope, Timestamp, TrackingNumber};

use super::super::{Shipment, ShipmentEvent, ShipmentRejection, ShipmentState, ShippedByHand};
use super::{OF_ENGINE, fact, is_at_location};

/// Take notice that the fulfilment was shipped. With our label that is what the carrier says anyway; with anything else, people have sent
/// it themselves, and a label that was bought is voided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteShipped {
    pub carrier: Carrier,
    pub tracking: TrackingNumber,
    pub at: Timestamp,
}

impl Decision<Shipment> for NoteShipped {
    fn scopes(&self) -> &'static [Scope] {
        OF_ENGINE
    }

    fn decide(self, state: &ShipmentState) -> Result<Vec<ShipmentEvent>, ShipmentRejection> {
        let Self { carrier, tracking, at } = self;
        Ok(fact(state, at, |shipment| {
            let label = shipment.label.as_ref();
            let is_ours = label.is_some_and(|label| label.choice.carrier == carrier && label.tracking == tracking);
            let (order, location) = (shipment.order, shipment.location.clone());
            let is_news = is_at_location(shipment) && !is_ours;
            is_news.then_some(ShipmentEvent::ShippedByHand(ShippedByHand { order, location, at }))
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;

    #[test]
    fn people_who_send_it_themselves_leave_no_label_behind() {
        given([planned()]).when(note_shipped("by-hand-1")).then([by_hand()]);
        given(labelled()).when(note_shipped("by-hand-1")).then([by_hand(), void_requested(2)]);
        given(failed_history()).when(note_shipped("by-hand-1")).then([by_hand()]);
        given([ready(), vec![by_hand()]].concat()).when(record_label(1)).then([bought(1), void_requested(2)]);
    }

    #[test]
    fn what_left_with_our_label_is_no_news() {
        given(labelled()).when(note_shipped("T1")).then_nothing();
        given([labelled(), vec![handed_over(20)]].concat()).when(note_shipped("T1")).then_nothing();
        given([labelled(), vec![handed_over(20)]].concat()).when(note_shipped("by-hand-1")).then_nothing();
    }

    #[test]
    fn a_repeat_is_no_fact() {
        given([]).when(note_shipped("by-hand-1")).then_nothing();
        given([planned(), by_hand()]).when(note_shipped("by-hand-1")).then_nothing();
        given([planned(), cancelled()]).when(note_shipped("by-hand-1")).then_nothing();
    }
}
