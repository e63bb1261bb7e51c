use crate::decision::Decision;
use crate::{Reason, Scope, Timestamp};

use super::super::{
    EffectKind, LabelRefused, LabelVoidRefused, Shipment, ShipmentDetails, ShipmentEvent, ShipmentFailed,
    ShipmentRejection, ShipmentState, Stage,
};
use super::OF_ENGINE;

/// Record that an effect will not be done. The next carrier is asked for a label, and where there is none the shipment has failed. A label
/// that a carrier does not void stays in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRefusal {
    /// The number of the effect.
    pub effect: u32,
    /// The carrier's, or the engine's own.
    pub code: Reason,
    /// Whether no other carrier could do it either, as where the recipient is not known.
    pub is_final: bool,
    pub at: Timestamp,
}

impl Decision<Shipment> for RecordRefusal {
    fn scopes(&self) -> &'static [Scope] {
        OF_ENGINE
    }

    fn decide(self, state: &ShipmentState) -> Result<Vec<ShipmentEvent>, ShipmentRejection> {
        let Some(shipment) = state.shipment() else { return Ok(vec![]) };
        let mut facts: Vec<_> = self.refused(shipment).into_iter().collect();
        if self.is_final && !facts.is_empty() && shipment.stage == Stage::Planned {
            let (order, location, reason) = (shipment.order, shipment.location.clone(), self.code.clone());
            facts.push(ShipmentEvent::ShipmentFailed(ShipmentFailed { order, location, reason, at: self.at }));
        }
        Ok(shipment.with_consequences(facts, self.at))
    }
}

impl RecordRefusal {
    fn refused(&self, shipment: &ShipmentDetails) -> Option<ShipmentEvent> {
        let effect = shipment.effect.as_ref().filter(|effect| effect.number == self.effect)?;
        let (order, location) = (shipment.order, shipment.location.clone());
        let (effect, code, at) = (&effect.kind, self.code.clone(), self.at);
        match (effect, &shipment.label) {
            (EffectKind::Buy(choice), _) => Some(ShipmentEvent::LabelRefused(LabelRefused {
                order,
                location,
                effect: self.effect,
                carrier: choice.carrier.clone(),
                code,
                at,
            })),
            (EffectKind::Void, Some(label)) => Some(ShipmentEvent::LabelVoidRefused(LabelVoidRefused {
                order,
                location,
                effect: self.effect,
                carrier: label.choice.carrier.clone(),
                tracking: label.tracking.clone(),
                code,
                at,
            })),
            (EffectKind::Void, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;

    #[test]
    fn the_next_carrier_is_asked_and_after_the_last_one_it_has_failed() {
        given(ready()).when(refusal(1)).then([refused(1, "postal"), label_requested(2, "courier")]);
        let second = [ready(), vec![refused(1, "postal"), label_requested(2, "courier")]].concat();
        given(second).when(refusal(2)).then([refused(2, "courier"), failed()]);
    }

    #[test]
    fn what_no_carrier_could_do_has_failed_at_once() {
        given(ready()).when(final_refusal(1)).then([refused(1, "postal"), failed()]);
    }

    #[test]
    fn nobody_else_is_asked_for_what_is_not_wanted_any_more() {
        given([ready(), vec![held()]].concat()).when(refusal(1)).then([refused(1, "postal")]);
        given([ready(), vec![cancelled()]].concat()).when(final_refusal(1)).then([refused(1, "postal")]);
    }

    #[test]
    fn a_label_that_is_not_voided_stays_and_the_carrier_is_not_asked_again() {
        let voiding = [labelled(), vec![held(), void_requested(2)]].concat();
        given(voiding.clone()).when(refusal(2)).then([void_refused(2)]);
        given([voiding, vec![void_refused(2)]].concat()).when(cancel()).then([cancelled()]);
    }

    #[test]
    fn what_is_not_under_way_any_more_is_no_fact() {
        given([]).when(refusal(1)).then_nothing();
        given(labelled()).when(refusal(1)).then_nothing();
        given(ready()).when(refusal(7)).then_nothing();
    }
}
