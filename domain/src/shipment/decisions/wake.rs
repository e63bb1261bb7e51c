use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{EffectDelayed, Shipment, ShipmentEvent, ShipmentRejection, ShipmentState};
use super::{OF_ENGINE, fact};

/// Look at the clock, after the carrier was asked about what is due. Sent by the engine's timers, which may be late or come twice; the
/// moments in the state decide. What is still unknown is looked for again later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wake {
    pub now: Timestamp,
}

impl Decision<Shipment> for Wake {
    fn scopes(&self) -> &'static [Scope] {
        OF_ENGINE
    }

    fn decide(self, state: &ShipmentState) -> Result<Vec<ShipmentEvent>, ShipmentRejection> {
        Ok(fact(state, self.now, |shipment| {
            let effect = shipment.effect.as_ref().filter(|effect| effect.ask_at <= self.now)?;
            Some(ShipmentEvent::EffectDelayed(EffectDelayed {
                order: shipment.order,
                location: shipment.location.clone(),
                effect: effect.number,
                tries: effect.tries.saturating_add(1),
                ask_at: effect.next_ask(self.now),
                at: self.now,
            }))
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;

    #[test]
    fn an_effect_without_a_result_is_looked_for_again_ever_later() {
        given(ready()).when(wake(9)).then_nothing();
        given(ready()).when(wake(10)).then([delayed(1, 1, 30, 10)]);
        given([ready(), vec![delayed(1, 1, 30, 10)]].concat()).when(wake(30)).then([delayed(1, 2, 70, 30)]);
    }

    #[test]
    fn where_nothing_is_under_way_nothing_happens() {
        given([]).when(wake(9_999)).then_nothing();
        given([planned()]).when(wake(9_999)).then_nothing();
        given(labelled()).when(wake(9_999)).then_nothing();
    }
}
