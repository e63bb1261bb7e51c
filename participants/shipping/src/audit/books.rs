//! What the events of a shipment say of its labels, computed apart from the deciders that wrote them.

use domain::TrackingNumber;
use domain::shipment::ShipmentEvent;

/// What is wrong with an event: a code for programs and an explanation for people.
pub(super) type Problem = (&'static str, String);

/// Where a parcel is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Whereabouts {
    #[default]
    AtLocation,
    /// Given up or sent by hand, so that nothing may leave with a label.
    Over,
    /// With a carrier.
    Left,
}

/// A shipment before its next event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Books {
    packed: bool,
    released: bool,
    whereabouts: Whereabouts,
    pub(super) in_force: Option<TrackingNumber>,
    /// The number of the last effect, and whether its result is unknown.
    effect: (u32, bool),
}

impl Books {
    pub(super) const fn is_under_way(&self) -> bool {
        self.effect.1
    }

    /// Moves on to what an event records, and says what is wrong with it.
    pub(super) fn follow(&mut self, event: &ShipmentEvent) -> Vec<Problem> {
        use ShipmentEvent as E;
        match event {
            E::ShipmentPacked(_) => self.packed = true,
            E::ShipmentReleased(_) => self.released = true,
            E::ShipmentHeld(_) => self.released = false,
            E::ShipmentCancelled(_) | E::ShippedByHand(_) => self.whereabouts = Whereabouts::Over,
            E::LabelRequested(event) => return self.requested(event.effect),
            E::LabelVoidRequested(event) => return self.begun(event.effect).into_iter().collect(),
            E::LabelBought(event) => return self.bought(event.effect, &event.tracking),
            E::LabelRefused(event) => return self.ended(event.effect).into_iter().collect(),
            E::LabelVoidRefused(event) => return self.ended(event.effect).into_iter().collect(),
            E::LabelVoided(event) => {
                // 0 is nobody's effect: the carrier's own doing.
                let ended = if event.effect == 0 { None } else { self.ended(event.effect) };
                let other = self.other(&event.tracking);
                self.in_force = None;
                return ended.into_iter().chain(other).collect();
            }
            E::ShipmentHandedOver(event) => {
                let problems = self.left(event.released).into_iter().chain(self.other(&event.tracking)).collect();
                self.whereabouts = Whereabouts::Left;
                self.effect.1 = false;
                return problems;
            }
            E::TrackingUpdated(event) => return self.moved(&event.tracking),
            E::ShipmentDelivered(event) => return self.moved(&event.tracking),
            E::ShipmentLost(event) => return self.moved(&event.tracking),
            E::ShipmentReturned(event) => return self.moved(&event.tracking),
            E::ShipmentPlanned(_) | E::EffectDelayed(_) | E::ShipmentFailed(_) | E::ShipmentRetried(_) => {}
        }
        Vec::new()
    }

    fn may_leave(&self) -> bool {
        self.packed && self.released && self.whereabouts == Whereabouts::AtLocation
    }

    fn requested(&mut self, effect: u32) -> Vec<Problem> {
        let unreleased = (!self.may_leave()).then(|| {
            let detail = "a label is asked for although it is not packed and released".to_owned();
            ("label_unreleased", detail)
        });
        let second = self.in_force.as_ref().map(|label| ("label_twice", format!("label {label} is in force already")));
        self.begun(effect).into_iter().chain(unreleased).chain(second).collect()
    }

    fn bought(&mut self, effect: u32, tracking: &TrackingNumber) -> Vec<Problem> {
        let second = self.in_force.as_ref().map(|label| ("label_twice", format!("label {label} is in force already")));
        self.in_force = Some(tracking.clone());
        self.ended(effect).into_iter().chain(second).collect()
    }

    fn begun(&mut self, effect: u32) -> Option<Problem> {
        let (last, is_under_way) = self.effect;
        self.effect = (effect, true);
        (effect != last.saturating_add(1) || is_under_way).then(|| {
            let detail = format!("effect {effect} begins after effect {last}, under way: {is_under_way}");
            ("shipping_effect_out_of_order", detail)
        })
    }

    fn ended(&mut self, effect: u32) -> Option<Problem> {
        let before = self.effect;
        self.effect.1 = false;
        (before != (effect, true))
            .then(|| ("shipping_effect_unasked", format!("effect {effect} has a result and was not under way")))
    }

    /// What is wrong with its leaving: the event says that it was to.
    fn left(&self, was_released: bool) -> Option<Problem> {
        (was_released && !self.may_leave()).then(|| ("left_unreleased", "it left as released, and was not".to_owned()))
    }

    fn moved(&self, tracking: &TrackingNumber) -> Vec<Problem> {
        let early = (self.whereabouts != Whereabouts::Left)
            .then(|| ("moved_before_handover", "it moved before it left".to_owned()));
        early.into_iter().chain(self.other(tracking)).collect()
    }

    fn other(&self, tracking: &TrackingNumber) -> Option<Problem> {
        (self.in_force.as_ref() != Some(tracking))
            .then(|| ("label_not_in_force", format!("it is about label {tracking}, which is not in force")))
    }
}
