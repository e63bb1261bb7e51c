//! Folding a shipment's events. Facts come in any order, so each is taken in every stage of a shipment that was planned.

use crate::shipping_location::CarrierChoice;
use crate::{StoredEvent, Timestamp, Unfoldable};

use super::{
    Effect, EffectKind, Label, LabelBought, ParcelStatus, ShipmentDetails, ShipmentEvent, ShipmentPlanned,
    ShipmentState, Stage,
};

pub(super) fn evolve(state: ShipmentState, event: &ShipmentEvent) -> Result<ShipmentState, Unfoldable> {
    use ShipmentEvent as E;
    use ShipmentState as S;
    match (state, event) {
        (S::Absent, E::ShipmentPlanned(planned)) => Ok(S::Known(Box::new(ShipmentDetails::planned(planned)))),
        (S::Known(mut shipment), event) if !matches!(event, E::ShipmentPlanned(_)) => {
            shipment.apply(event);
            Ok(S::Known(shipment))
        }
        (state, event) => Err(Unfoldable { state: state.name().to_owned(), event: event.event_type().to_owned() }),
    }
}

impl ShipmentDetails {
    fn planned(planned: &ShipmentPlanned) -> Self {
        Self {
            tenant: planned.tenant.clone(),
            order: planned.order,
            location: planned.location.clone(),
            carriers: planned.carriers.clone(),
            weight_g: planned.weight_g,
            pieces: planned.pieces,
            packed: false,
            released: false,
            stage: Stage::Planned,
            choice: 0,
            refusal: None,
            label: None,
            effect: None,
            last_effect: 0,
            latest: None,
            heard_at: None,
        }
    }

    /// Takes an event other than the one that planned it.
    pub(super) fn apply(&mut self, event: &ShipmentEvent) {
        use ShipmentEvent as E;
        match event {
            E::ShipmentPlanned(_) => {}
            E::ShipmentPacked(_) => self.packed = true,
            E::ShipmentReleased(_) => self.released = true,
            E::ShipmentHeld(_) => self.released = false,
            E::LabelRequested(requested) => {
                let choice = CarrierChoice { carrier: requested.carrier.clone(), service: requested.service.clone() };
                self.start(requested.effect, EffectKind::Buy(choice), requested.at);
            }
            E::LabelVoidRequested(requested) => self.start(requested.effect, EffectKind::Void, requested.at),
            E::LabelBought(bought) => self.buy(bought),
            E::LabelRefused(refused) => {
                self.effect = None;
                self.choice = self.choice.saturating_add(1);
                self.refusal = Some(refused.code.clone());
            }
            E::LabelVoided(_) => {
                self.effect = None;
                self.label = None;
                self.latest = None;
                self.heard_at = None;
            }
            E::LabelVoidRefused(_) => {
                self.effect = None;
                if let Some(label) = &mut self.label {
                    label.is_kept = true;
                }
            }
            E::EffectDelayed(delayed) => {
                if let Some(effect) = &mut self.effect {
                    effect.tries = delayed.tries;
                    effect.ask_at = delayed.ask_at;
                }
            }
            E::ShipmentFailed(failed) => {
                self.stage = Stage::Failed;
                self.refusal = Some(failed.reason.clone());
            }
            E::ShipmentRetried(_) => {
                self.stage = Stage::Planned;
                self.choice = 0;
                self.refusal = None;
            }
            E::ShipmentCancelled(_) => self.stage = Stage::Cancelled,
            E::ShippedByHand(_) => self.stage = Stage::ByHand,
            E::ShipmentHandedOver(event) => {
                self.effect = None;
                self.see(Stage::InTransit, ParcelStatus::HandedOver, event.occurred_at, event.at);
            }
            E::TrackingUpdated(event) => self.see(self.stage, event.status, event.occurred_at, event.at),
            E::ShipmentDelivered(event) => {
                self.see(Stage::Delivered, ParcelStatus::Delivered, event.occurred_at, event.at);
            }
            E::ShipmentLost(event) => self.see(Stage::Lost, ParcelStatus::Lost, event.occurred_at, event.at),
            E::ShipmentReturned(event) => {
                self.see(Stage::Returned, ParcelStatus::Returned, event.occurred_at, event.at);
            }
        }
    }

    fn start(&mut self, number: u32, kind: EffectKind, at: Timestamp) {
        self.last_effect = number;
        self.effect = Some(Effect::begun(number, kind, at));
    }

    fn buy(&mut self, bought: &LabelBought) {
        let choice = CarrierChoice { carrier: bought.carrier.clone(), service: bought.service.clone() };
        self.effect = None;
        self.latest = None;
        self.heard_at = Some(bought.at);
        self.label = Some(Label {
            choice,
            tracking: bought.tracking.clone(),
            url: bought.label_url.clone(),
            cost: bought.cost,
            is_kept: false,
        });
    }

    /// Takes what the carrier has shown.
    fn see(&mut self, stage: Stage, status: ParcelStatus, occurred_at: Timestamp, at: Timestamp) {
        self.stage = stage;
        self.latest = Some((occurred_at, status));
        self.heard_at = Some(at);
    }
}
