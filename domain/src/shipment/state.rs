//! The state of a shipment: what later decisions need.

use serde::{Deserialize, Serialize};

use crate::shipping_location::CarrierChoice;
use crate::{LocationId, OrderId, Reason, TenantId, Timestamp};

use super::effect::later;
use super::{Effect, EffectKind, FOLLOWED_S_MAX, Label, ParcelStatus, SILENCE_S, SILENCE_S_MAX, ShipmentRejection};

/// The shipment aggregate. A stream has the id of its fulfilment.
#[derive(Debug, Clone, Copy)]
pub struct Shipment;

/// The state of a shipment's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ShipmentState {
    /// Nothing is known of it: its location ships by hand.
    Absent,
    Known(Box<ShipmentDetails>),
}

/// A shipment that was planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShipmentDetails {
    pub tenant: TenantId,
    pub order: OrderId,
    pub location: LocationId,
    /// In the order in which they are asked; at least one.
    pub carriers: Vec<CarrierChoice>,
    /// Of the parcel, in grams.
    pub weight_g: u32,
    pub pieces: u32,
    /// Whether it lies ready.
    pub packed: bool,
    /// Whether it may leave.
    pub released: bool,
    pub stage: Stage,
    /// The place in `carriers` of the one that is asked now or next.
    pub choice: usize,
    /// Why the last carrier that was asked refused.
    pub refusal: Option<Reason>,
    /// The label in force.
    pub label: Option<Label>,
    /// What is being told to a carrier.
    pub effect: Option<Effect>,
    /// The number of the last effect.
    pub last_effect: u32,
    /// What the carrier has shown last, and when it happened.
    pub latest: Option<(Timestamp, ParcelStatus)>,
    /// When something was heard of the parcel last, by the engine's clock.
    pub heard_at: Option<Timestamp>,
}

/// Where a shipment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// At the location, with or without a label.
    Planned,
    /// No carrier takes it.
    Failed,
    /// Nobody wants it sent any more. A label may still have to be voided.
    Cancelled,
    /// People have sent it. A label may still have to be voided.
    ByHand,
    /// The carrier has it.
    InTransit,
    /// Terminal.
    Delivered,
    /// Terminal.
    Lost,
    /// Terminal: it is back at the location.
    Returned,
}

impl ShipmentState {
    /// The state's name.
    pub fn name(&self) -> &'static str {
        self.shipment().map_or("Absent", ShipmentDetails::name)
    }

    /// The shipment, once it was planned.
    pub const fn shipment(&self) -> Option<&ShipmentDetails> {
        match self {
            Self::Absent => None,
            Self::Known(shipment) => Some(shipment),
        }
    }

    /// The rejection of what the state does not allow.
    pub(super) fn forbids(&self, done: &'static str) -> ShipmentRejection {
        match self {
            Self::Absent => ShipmentRejection::NotFound,
            Self::Known(shipment) => ShipmentRejection::NotAllowed { state: shipment.name(), done },
        }
    }
}

impl ShipmentDetails {
    /// The name of its state.
    pub fn name(&self) -> &'static str {
        let effect = self.effect.as_ref().map(|effect| &effect.kind);
        match (self.stage, effect) {
            (Stage::Planned, Some(EffectKind::Buy(_))) => "Labelling",
            (Stage::Planned, Some(EffectKind::Void)) => "Voiding",
            (Stage::Planned, None) if self.label.is_some() => "Labelled",
            (Stage::Planned, None) => "Planned",
            (Stage::Failed, _) => "Failed",
            (Stage::Cancelled, _) => "Cancelled",
            (Stage::ByHand, _) => "ByHand",
            (Stage::InTransit, _) => "InTransit",
            (Stage::Delivered, _) => "Delivered",
            (Stage::Lost, _) => "Lost",
            (Stage::Returned, _) => "Returned",
        }
    }

    /// Whether it is to leave with a carrier.
    pub const fn is_wanted(&self) -> bool {
        matches!(self.stage, Stage::Planned) && self.packed && self.released
    }

    /// Whether the carrier has, or had, the parcel.
    pub const fn has_left(&self) -> bool {
        matches!(self.stage, Stage::InTransit | Stage::Delivered | Stage::Lost | Stage::Returned)
    }

    /// The label of a parcel that may still move.
    pub const fn followed(&self) -> Option<&Label> {
        match self.stage {
            Stage::Planned | Stage::Cancelled | Stage::ByHand | Stage::InTransit => self.label.as_ref(),
            Stage::Failed | Stage::Delivered | Stage::Lost | Stage::Returned => None,
        }
    }

    /// When nothing was heard of the parcel for so long that it is to be read.
    pub(super) fn silent_at(&self) -> Option<Timestamp> {
        self.followed().and(self.heard_at).map(|heard| later(heard, SILENCE_S))
    }

    /// When to look again, after a look at `now`: at the effect under way or the parcel. As long again as nothing was heard, within
    /// [`SILENCE_S`] and [`SILENCE_S_MAX`]; never, once it was silent for [`FOLLOWED_S_MAX`].
    pub fn next_look(&self, now: Timestamp) -> Option<Timestamp> {
        let at_parcel = self.followed().and(self.heard_at).and_then(|heard| {
            let silent_s = now.micros().saturating_sub(heard.micros()).div_euclid(1_000_000);
            match silent_s {
                ..SILENCE_S => Some(later(heard, SILENCE_S)),
                SILENCE_S..FOLLOWED_S_MAX => Some(later(now, silent_s.min(SILENCE_S_MAX))),
                _ => None,
            }
        });
        self.effect.as_ref().map(|effect| effect.ask_at).into_iter().chain(at_parcel).min()
    }
}

#[cfg(test)]
mod tests {
    use super::super::decisions::fixtures::*;
    use super::*;
    use crate::{Decider, fold};

    fn details() -> ShipmentDetails {
        fold::<Shipment>(&labelled()).unwrap().shipment().cloned().unwrap()
    }

    #[test]
    fn a_silent_parcel_is_read_ever_more_rarely_and_then_no_more() {
        let hours = |hours: i64| at(hours * 3_600);
        let details = details();
        for (now, next) in [(0, 6), (5, 6), (6, 12), (12, 24), (24, 48), (48, 72), (60 * 24 - 1, 61 * 24 - 1)] {
            assert_eq!(details.next_look(hours(now)), Some(hours(next)), "after {now} h");
        }
        assert_eq!(details.next_look(hours(60 * 24)), None);
    }

    #[test]
    fn a_parcel_is_followed_from_its_label_to_its_end() {
        assert_eq!(Shipment::wake_at(&fold::<Shipment>(&labelled()).unwrap()), Some(at(6 * 3_600)));
        let arrived = [labelled(), vec![handed_over(20), delivered(40)]].concat();
        assert_eq!(Shipment::wake_at(&fold::<Shipment>(&arrived).unwrap()), None);
        assert_eq!(Shipment::wake_at(&fold::<Shipment>(&ready()[..3]).unwrap()), None);
    }
}
