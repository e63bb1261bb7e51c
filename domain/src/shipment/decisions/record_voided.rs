use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{EffectKind, LabelVoided, Shipment, ShipmentEvent, ShipmentRejection, ShipmentState};
use super::{OF_ENGINE, fact};

/// Record that a carrier has voided the label, as an effect asked. Where it may leave again meanwhile, a new one is bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordVoided {
    /// The number of the effect.
    pub effect: u32,
    pub at: Timestamp,
}

impl Decision<Shipment> for RecordVoided {
    fn scopes(&self) -> &'static [Scope] {
        OF_ENGINE
    }

    fn decide(self, state: &ShipmentState) -> Result<Vec<ShipmentEvent>, ShipmentRejection> {
        let Self { effect: number, at } = self;
        Ok(fact(state, at, |shipment| {
            let effect = shipment.effect.as_ref().filter(|effect| effect.number == number)?;
            let label = shipment.label.as_ref().filter(|_| effect.kind == EffectKind::Void)?;
            Some(ShipmentEvent::LabelVoided(LabelVoided {
                order: shipment.order,
                location: shipment.location.clone(),
                effect: number,
                carrier: label.choice.carrier.clone(),
                tracking: label.tracking.clone(),
                at,
            }))
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;

    #[test]
    fn a_voided_label_is_gone_once() {
        let voiding = [labelled(), vec![held(), void_requested(2)]].concat();
        given(voiding.clone()).when(record_voided(2)).then([voided(2)]);
        given([voiding, vec![voided(2)]].concat()).when(record_voided(2)).then_nothing();
    }

    #[test]
    fn what_may_leave_again_gets_a_new_label() {
        let released_again = [labelled(), vec![held(), void_requested(2), released()]].concat();
        given(released_again).when(record_voided(2)).then([voided(2), label_requested(3, "postal")]);
    }

    #[test]
    fn an_answer_to_another_effect_is_no_fact() {
        given([]).when(record_voided(1)).then_nothing();
        given(ready()).when(record_voided(1)).then_nothing();
        given(labelled()).when(record_voided(2)).then_nothing();
    }
}
