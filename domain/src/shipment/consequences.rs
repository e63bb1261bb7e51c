//! What follows from what is known: whether a carrier is to be told something now.
//!
//! Every decision ends here. So there is one place that says when a label is bought and when one is voided, whatever led to it.

use crate::{Reason, Timestamp};

use super::{LabelRequested, LabelVoidRequested, ShipmentDetails, ShipmentEvent, ShipmentFailed, Stage};

/// The reason of a shipment that failed before any carrier said why.
const NO_CARRIER: &str = "no_carrier";

impl ShipmentDetails {
    /// Facts, with what follows from them.
    pub(super) fn with_consequences(&self, facts: Vec<ShipmentEvent>, at: Timestamp) -> Vec<ShipmentEvent> {
        if facts.is_empty() {
            return facts;
        }
        let mut shipment = self.clone();
        facts.iter().for_each(|fact| shipment.apply(fact));
        let consequence = shipment.consequence(at);
        facts.into_iter().chain(consequence).collect()
    }

    /// What is to be told to a carrier, or that none is left to be told.
    fn consequence(&self, at: Timestamp) -> Option<ShipmentEvent> {
        if self.effect.is_some() {
            return None;
        }
        let (order, location, effect) = (self.order, self.location.clone(), self.last_effect.saturating_add(1));
        match &self.label {
            None if self.is_wanted() => {
                let Some(choice) = self.carriers.get(self.choice) else { return Some(self.failed(at)) };
                let (carrier, service) = (choice.carrier.clone(), choice.service.clone());
                let requested = LabelRequested { order, location, effect, carrier, service, at };
                Some(ShipmentEvent::LabelRequested(requested))
            }
            Some(label) if self.is_to_be_voided() && !label.is_kept => {
                let (carrier, tracking) = (label.choice.carrier.clone(), label.tracking.clone());
                let requested = LabelVoidRequested { order, location, effect, carrier, tracking, at };
                Some(ShipmentEvent::LabelVoidRequested(requested))
            }
            None | Some(_) => None,
        }
    }

    /// That no carrier is left to be asked.
    fn failed(&self, at: Timestamp) -> ShipmentEvent {
        let reason = self.refusal.clone().unwrap_or_else(|| reason(NO_CARRIER));
        ShipmentEvent::ShipmentFailed(ShipmentFailed { order: self.order, location: self.location.clone(), reason, at })
    }

    /// Whether a label would let something leave that must not.
    const fn is_to_be_voided(&self) -> bool {
        match self.stage {
            Stage::Planned => !self.released,
            Stage::Cancelled | Stage::ByHand => true,
            Stage::Failed | Stage::InTransit | Stage::Delivered | Stage::Lost | Stage::Returned => false,
        }
    }
}

fn reason(code: &str) -> Reason {
    Reason::try_new(code).expect("the engine's own codes are short and printable")
}
