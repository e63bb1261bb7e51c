use crate::decision::Decision;
use crate::{Scope, Timestamp, TrackingNumber};

use super::super::{
    EffectKind, Label, LabelVoided, ParcelStatus, Scan, Shipment, ShipmentDelivered, ShipmentDetails, ShipmentEvent,
    ShipmentHandedOver, ShipmentLost, ShipmentRejection, ShipmentReturned, ShipmentState, TrackingUpdated,
};
use super::OF_ENGINE;

/// Record what a carrier shows of a parcel, from its label to the last scan.
///
/// A fact: it is refused in no state. What is known or older leads to no event, nor does what is said after the end, or of a label that was
/// voided. A parcel that has moved was handed over, whether or not the carrier says so by itself, and whether or not it was to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordParcel {
    pub tracking: TrackingNumber,
    /// In any order.
    pub scans: Vec<Scan>,
    pub at: Timestamp,
}

impl Decision<Shipment> for RecordParcel {
    fn scopes(&self) -> &'static [Scope] {
        OF_ENGINE
    }

    fn decide(self, state: &ShipmentState) -> Result<Vec<ShipmentEvent>, ShipmentRejection> {
        let Self { tracking, mut scans, at } = self;
        let Some(shipment) = state.shipment() else { return Ok(vec![]) };
        scans.sort_by_key(Scan::place_in_history);
        let mut seen = shipment.clone();
        let mut facts = Vec::new();
        for scan in &scans {
            let Some(label) = seen.followed().filter(|label| label.tracking == tracking).cloned() else { break };
            let news = News { shipment: &seen, label: &label, scan, at };
            for fact in news.facts() {
                seen.apply(&fact);
                facts.push(fact);
            }
        }
        Ok(shipment.with_consequences(facts, at))
    }
}

/// A scan beside what is known.
struct News<'a> {
    shipment: &'a ShipmentDetails,
    label: &'a Label,
    scan: &'a Scan,
    at: Timestamp,
}

impl News<'_> {
    fn facts(&self) -> Vec<ShipmentEvent> {
        let Self { shipment, scan, .. } = self;
        if shipment.latest.is_some_and(|latest| scan.place_in_history() <= latest) {
            return Vec::new();
        }
        match scan.status {
            ParcelStatus::LabelCreated => Vec::new(),
            ParcelStatus::Voided if shipment.has_left() => Vec::new(),
            ParcelStatus::Voided => vec![self.voided()],
            ParcelStatus::HandedOver => self.handed_over().into_iter().collect(),
            ParcelStatus::InTransit
            | ParcelStatus::OutForDelivery
            | ParcelStatus::Exception
            | ParcelStatus::Delivered
            | ParcelStatus::Lost
            | ParcelStatus::Returned => self.handed_over().into_iter().chain([self.moved()]).collect(),
        }
    }

    /// What the carrier says without an answer to whoever asked, or what somebody did at the carrier's.
    fn voided(&self) -> ShipmentEvent {
        let effect = self.shipment.effect.as_ref().filter(|effect| effect.kind == EffectKind::Void);
        ShipmentEvent::LabelVoided(LabelVoided {
            order: self.shipment.order,
            location: self.shipment.location.clone(),
            effect: effect.map_or(0, |effect| effect.number),
            carrier: self.label.choice.carrier.clone(),
            tracking: self.label.tracking.clone(),
            at: self.at,
        })
    }

    fn handed_over(&self) -> Option<ShipmentEvent> {
        (!self.shipment.has_left()).then(|| {
            ShipmentEvent::ShipmentHandedOver(ShipmentHandedOver {
                order: self.shipment.order,
                location: self.shipment.location.clone(),
                carrier: self.label.choice.carrier.clone(),
                tracking: self.label.tracking.clone(),
                released: self.shipment.is_wanted(),
                occurred_at: self.scan.occurred_at,
                at: self.at,
            })
        })
    }

    fn moved(&self) -> ShipmentEvent {
        let (order, location) = (self.shipment.order, self.shipment.location.clone());
        let (carrier, tracking) = (self.label.choice.carrier.clone(), self.label.tracking.clone());
        let (occurred_at, at) = (self.scan.occurred_at, self.at);
        match self.scan.status {
            ParcelStatus::Delivered => ShipmentEvent::ShipmentDelivered(ShipmentDelivered {
                order,
                location,
                carrier,
                tracking,
                occurred_at,
                at,
            }),
            ParcelStatus::Lost => {
                ShipmentEvent::ShipmentLost(ShipmentLost { order, location, carrier, tracking, occurred_at, at })
            }
            ParcelStatus::Returned => ShipmentEvent::ShipmentReturned(ShipmentReturned {
                order,
                location,
                carrier,
                tracking,
                occurred_at,
                at,
            }),
            status => ShipmentEvent::TrackingUpdated(TrackingUpdated {
                order,
                location,
                carrier,
                tracking,
                status,
                place: self.scan.place.clone(),
                expected_at: self.scan.expected_at,
                occurred_at,
                at,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;
    use ParcelStatus as P;

    #[test]
    fn a_parcel_is_followed_from_the_hand_over_to_the_door() {
        let scans = [(P::LabelCreated, 0), (P::HandedOver, 20), (P::InTransit, 30), (P::Delivered, 40)];
        let told = || vec![handed_over(20), updated(P::InTransit, 30), delivered(40)];
        given(labelled()).when(parcel("T1", &scans)).then(told());
        given([labelled(), told()].concat()).when(parcel("T1", &scans)).then_nothing();
        let reversed: Vec<_> = scans.into_iter().rev().collect();
        given(labelled()).when(parcel("T1", &reversed)).then(told());
    }

    #[test]
    fn a_parcel_that_moves_was_handed_over() {
        given(labelled()).when(parcel("T1", &[(P::Delivered, 40)])).then([handed_over(40), delivered(40)]);
        given(labelled()).when(parcel("T1", &[(P::Lost, 40)])).then([handed_over(40), lost(40)]);
        given(labelled()).when(parcel("T1", &[(P::Returned, 40)])).then([handed_over(40), returned(40)]);
    }

    #[test]
    fn what_is_known_or_older_is_no_fact() {
        let on_its_way = || [labelled(), vec![handed_over(20), updated(P::OutForDelivery, 30)]].concat();
        for scan in [(P::OutForDelivery, 30), (P::InTransit, 25), (P::HandedOver, 20), (P::InTransit, 30)] {
            given(on_its_way()).when(parcel("T1", &[scan])).then_nothing();
        }
        given(on_its_way()).when(parcel("T1", &[(P::Exception, 30)])).then([updated(P::Exception, 30)]);
        given(on_its_way()).when(parcel("T1", &[(P::OutForDelivery, 31)])).then([updated(P::OutForDelivery, 31)]);
    }

    #[test]
    fn after_the_end_nothing_follows() {
        let arrived = || [labelled(), vec![handed_over(20), delivered(40)]].concat();
        given(arrived()).when(parcel("T1", &[(P::Lost, 50)])).then_nothing();
        let gone = [labelled(), vec![handed_over(20), lost(40)]].concat();
        given(gone).when(parcel("T1", &[(P::Delivered, 50)])).then_nothing();
    }

    #[test]
    fn what_was_handed_over_although_it_was_held_is_recorded_as_such() {
        let voiding = || [labelled(), vec![held(), void_requested(2)]].concat();
        given(voiding()).when(parcel("T1", &[(P::HandedOver, 20)])).then([left_unreleased(20)]);
        let after = [voiding(), vec![left_unreleased(20)]].concat();
        given(after.clone()).when(refusal(2)).then_nothing();
        given(after).when(parcel("T1", &[(P::Delivered, 40)])).then([delivered(40)]);
        let unwanted = [labelled(), vec![cancelled(), void_requested(2)]].concat();
        given(unwanted).when(parcel("T1", &[(P::HandedOver, 20)])).then([left_unreleased(20)]);
    }

    #[test]
    fn a_label_that_was_voided_at_the_carrier_is_replaced() {
        given(labelled()).when(parcel("T1", &[(P::Voided, 20)])).then([voided(0), label_requested(2, "postal")]);
        let voiding = [labelled(), vec![held(), void_requested(2)]].concat();
        given(voiding).when(parcel("T1", &[(P::Voided, 20)])).then([voided(2)]);
        let left = [labelled(), vec![handed_over(20)]].concat();
        given(left).when(parcel("T1", &[(P::Voided, 30)])).then_nothing();
    }

    #[test]
    fn another_parcel_is_none_of_ours() {
        given([]).when(parcel("T1", &[(P::HandedOver, 20)])).then_nothing();
        given(labelled()).when(parcel("T2", &[(P::HandedOver, 20)])).then_nothing();
        let gone = [labelled(), vec![held(), void_requested(2), voided(2)]].concat();
        given(gone).when(parcel("T1", &[(P::HandedOver, 20)])).then_nothing();
    }
}
