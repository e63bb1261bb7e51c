//! A shipment beside carriers that keep their own books.

use std::collections::BTreeMap;

use crate::shipment::decisions::fixtures::{at, parcel, plan, record_label, record_voided, refusal, tracking, wake};
use crate::shipment::{
    Effect, EffectKind, ParcelStatus, Shipment, ShipmentCommand, ShipmentDetails, ShipmentEvent, ShipmentState,
};
use crate::{Decider, TrackingNumber};

/// What may happen next.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// The shipment learns something.
    Tell(ShipmentCommand),
    /// The carrier does what is under way and says so.
    Carry,
    /// The carrier does what is under way, and its answer is lost.
    CarryUnheard,
    /// The carrier refuses what is under way, if it has not done it before.
    Refuse,
    /// Whatever has a label in force is handed over, or moves on.
    Move,
    /// The parcel of the label in force is read.
    Read,
    /// The same, without its last scan.
    ReadBehind,
}

/// What a carrier has done for a key.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Done {
    Bought,
    Voided,
    Refused,
    /// It could not be voided since the carrier has the parcel.
    HandedOver,
}

/// A label at its carrier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Sold {
    is_voided: bool,
    scans: Vec<(ParcelStatus, i64)>,
}

#[derive(Debug)]
pub(super) struct World {
    state: ShipmentState,
    pub(super) events: Vec<ShipmentEvent>,
    /// By the number of the effect that bought it, which its tracking number has.
    labels: BTreeMap<u32, Sold>,
    done: BTreeMap<u32, Done>,
    second: i64,
}

impl World {
    pub(super) fn planned() -> Self {
        let state = Shipment::initial();
        let mut world = Self { state, events: vec![], labels: BTreeMap::new(), done: BTreeMap::new(), second: 0 };
        world.tell(plan());
        world
    }

    pub(super) const fn shipment(&self) -> &ShipmentDetails {
        self.state.shipment().expect("it was planned first")
    }

    /// The labels in force at the carriers.
    pub(super) fn in_force(&self) -> Vec<TrackingNumber> {
        let in_force = self.labels.iter().filter(|(_, sold)| !sold.is_voided);
        in_force.map(|(effect, _)| tracking(&format!("T{effect}"))).collect()
    }

    /// Takes a step. Whatever is told twice has no second effect.
    pub(super) fn take(&mut self, step: Step) {
        self.second += 1;
        match step {
            Step::Tell(command) => self.tell(command),
            Step::Carry => self.carry(true),
            Step::CarryUnheard => self.carry(false),
            Step::Refuse => self.refuse(),
            Step::Move => self.move_on(),
            Step::Read => self.read(0),
            Step::ReadBehind => self.read(1),
        }
        assert!(self.in_force().len() <= 1, "two labels in force: {self:#?}");
    }

    /// Lets carriers answer until nothing is under way.
    pub(super) fn let_all_answer(&mut self) {
        for _ in 0..20 {
            self.carry(true);
            self.read(0);
        }
    }

    fn tell(&mut self, command: ShipmentCommand) {
        let is_repeatable = !matches!(command, ShipmentCommand::RetryShipment(_));
        let events = Shipment::decide(&self.state, command.clone()).unwrap_or_default();
        for event in &events {
            if matches!(event, ShipmentEvent::LabelRequested(_)) {
                let told = self.with(&events);
                assert!(told.packed && told.released, "a label for what must not leave: {events:?}");
            }
        }
        self.state = ShipmentState::Known(Box::new(self.with(&events)));
        self.events.extend(events);
        if is_repeatable {
            let again = Shipment::decide(&self.state, command).unwrap();
            assert!(again.is_empty(), "a repeat changes nothing, and gave {again:?}");
        }
    }

    fn with(&self, events: &[ShipmentEvent]) -> ShipmentDetails {
        let state = events.iter().try_fold(self.state.clone(), Shipment::evolve).unwrap();
        state.shipment().cloned().unwrap()
    }

    fn carry(&mut self, is_heard: bool) {
        let Some(effect) = self.shipment().effect.clone() else { return };
        let number = effect.number;
        let done = self.done.get(&number).cloned().unwrap_or_else(|| self.execute(&effect));
        self.done.insert(number, done.clone());
        if !is_heard {
            return self.tell(wake(self.second.saturating_mul(1_000)));
        }
        match done {
            Done::Bought => self.tell(record_label(number)),
            Done::Voided => self.tell(record_voided(number)),
            Done::Refused => self.tell(refusal(number)),
            Done::HandedOver => self.read(0),
        }
    }

    fn execute(&mut self, effect: &Effect) -> Done {
        match effect.kind {
            EffectKind::Buy(_) => {
                self.labels.insert(effect.number, Sold::default());
                Done::Bought
            }
            EffectKind::Void => match self.sold() {
                Some(sold) if sold.scans.is_empty() => {
                    sold.is_voided = true;
                    Done::Voided
                }
                Some(_) | None => Done::HandedOver,
            },
        }
    }

    /// A carrier that refuses to sell. One that keeps a label is left out, since then one is in force that nobody wants.
    fn refuse(&mut self) {
        let Some(effect) = self.shipment().effect.clone() else { return };
        if matches!(effect.kind, EffectKind::Buy(_)) && !self.done.contains_key(&effect.number) {
            self.done.insert(effect.number, Done::Refused);
            self.carry(true);
        }
    }

    /// The label in force, as its carrier has it.
    fn sold(&mut self) -> Option<&mut Sold> {
        self.labels.values_mut().find(|sold| !sold.is_voided)
    }

    fn move_on(&mut self) {
        let second = self.second;
        if let Some(sold) = self.sold() {
            let next = match sold.scans.last() {
                None => ParcelStatus::HandedOver,
                Some((ParcelStatus::HandedOver, _)) => ParcelStatus::InTransit,
                Some(_) => ParcelStatus::Delivered,
            };
            if sold.scans.len() < 3 {
                sold.scans.push((next, second));
            }
        }
    }

    fn read(&mut self, behind: usize) {
        let Some(label) = self.shipment().label.clone() else { return };
        let sold = self.labels.iter().find(|(effect, _)| label.tracking == tracking(&format!("T{effect}")));
        let (_, Sold { is_voided, scans }) = sold.expect("it was sold");
        let mut scans = scans[..scans.len().saturating_sub(behind)].to_vec();
        if *is_voided {
            scans.push((ParcelStatus::Voided, self.second));
        }
        self.tell(parcel(label.tracking.as_str(), &scans));
        assert!(self.shipment().heard_at.is_none_or(|heard| heard >= at(0)));
    }
}
