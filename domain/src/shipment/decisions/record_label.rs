use crate::decision::Decision;
use crate::{Money, Scope, Timestamp, TrackingNumber};

use super::super::{EffectKind, LabelBought, LabelUrl, Shipment, ShipmentEvent, ShipmentRejection, ShipmentState};
use super::{OF_ENGINE, fact};

/// Record that a carrier has sold the label that an effect asked for. One that nothing may leave with is voided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordLabel {
    /// The number of the effect.
    pub effect: u32,
    pub tracking: TrackingNumber,
    pub url: LabelUrl,
    pub cost: Money,
    pub at: Timestamp,
}

impl Decision<Shipment> for RecordLabel {
    fn scopes(&self) -> &'static [Scope] {
        OF_ENGINE
    }

    fn decide(self, state: &ShipmentState) -> Result<Vec<ShipmentEvent>, ShipmentRejection> {
        let Self { effect: number, tracking, url, cost, at } = self;
        Ok(fact(state, at, |shipment| {
            let effect = shipment.effect.as_ref().filter(|effect| effect.number == number)?;
            let EffectKind::Buy(choice) = &effect.kind else { return None };
            Some(ShipmentEvent::LabelBought(LabelBought {
                label_url: url,
                order: shipment.order,
                location: shipment.location.clone(),
                effect: number,
                carrier: choice.carrier.clone(),
                service: choice.service.clone(),
                tracking,
                cost,
                at,
            }))
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;

    #[test]
    fn the_label_that_was_asked_for_is_recorded_once() {
        given(ready()).when(record_label(1)).then([bought(1)]);
        given(labelled()).when(record_label(1)).then_nothing();
    }

    #[test]
    fn an_answer_to_another_effect_is_no_fact() {
        given([]).when(record_label(1)).then_nothing();
        given(ready()).when(record_label(2)).then_nothing();
        given([labelled(), vec![held(), void_requested(2)]].concat()).when(record_label(2)).then_nothing();
    }
}
