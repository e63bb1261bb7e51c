//! A warehouse as simple as it can be: it accepts, packs, ships what it may, and the carrier delivers or loses it.

use super::{Due, Held, Part, Place, World, parcel, part_of, place_of};
use crate::order_saga::{AnswerKind, OrderSagaEvent};

impl World {
    pub(super) fn warehouse(&mut self, part: Part, event: &OrderSagaEvent) {
        let key = format!("{part:?}");
        let is_first = self.places.is_empty();
        let place = self.places.get(&key).copied();
        match (event, place) {
            (OrderSagaEvent::FulfilmentRequested(event), None) => {
                self.parcels.insert(key.clone(), (place_of(&event.location), parcel(&event.lines)));
                self.answer(part, AnswerKind::FulfilmentRequested, None);
                if self.behaviour.rejects && is_first {
                    self.places.insert(key, (Place::Over, false));
                    self.answer(part, AnswerKind::FulfilmentRejected, None);
                } else {
                    self.places.insert(key, (Place::Asked, false));
                    self.later(part);
                }
            }
            (OrderSagaEvent::FulfilmentReleaseRequested(_), Some((state, false))) if state != Place::Over => {
                self.places.insert(key, (state, true));
                self.answer(part, AnswerKind::FulfilmentReleased, None);
                self.later(part);
            }
            (OrderSagaEvent::FulfilmentHoldRequested(_), Some((state, _)))
                if !matches!(state, Place::Over | Place::Shipped) =>
            {
                self.places.insert(key, (state, false));
                self.answer(part, AnswerKind::FulfilmentHeld, None);
            }
            (
                OrderSagaEvent::FulfilmentCancelRequested(_),
                None | Some((Place::Asked | Place::Accepted | Place::Packed, _)),
            ) => {
                self.places.insert(key, (Place::Over, false));
                self.answer(part, AnswerKind::FulfilmentCancelled, None);
            }
            _ => self.answer(part, AnswerKind::FulfilmentRequestRefused, None),
        }
    }

    /// Whether a location may ship.
    pub(in super::super) fn may_ship(&self) -> bool {
        self.places.values().any(|(place, released)| *released && !matches!(place, Place::Over | Place::Shipped))
    }

    /// Whether this location is asked not to ship, but does not know it yet.
    fn is_stop_under_way(&self, part: Part) -> bool {
        self.due.values().any(|due| match due {
            Due::Request(event) => {
                let is_stop = matches!(
                    **event,
                    OrderSagaEvent::FulfilmentHoldRequested(_) | OrderSagaEvent::FulfilmentCancelRequested(_)
                );
                is_stop && part_of(event) == Some(part)
            }
            _ => false,
        })
    }

    fn later(&mut self, part: Part) {
        let seconds = self.now_s + self.turn(&self.behaviour.place_delays_s);
        self.put(seconds, Due::Work(part));
    }

    pub(super) fn work(&mut self, part: Part) {
        let Some((place, released)) = self.places.get(&format!("{part:?}")).copied() else { return };
        let (next, kind) = match place {
            Place::Asked if !self.behaviour.never_accepts => (Place::Accepted, AnswerKind::FulfilmentAccepted),
            Place::Accepted if !self.behaviour.never_packs => (Place::Packed, AnswerKind::FulfilmentPacked),
            Place::Packed if released => (Place::Shipped, AnswerKind::FulfilmentShipped),
            Place::Shipped if self.behaviour.loses => (Place::Over, AnswerKind::FulfilmentLost),
            Place::Shipped => (Place::Over, AnswerKind::FulfilmentDelivered),
            Place::Asked | Place::Accepted | Place::Packed | Place::Over => return,
        };
        let (from, parcel) = self.parcels[&format!("{part:?}")];
        if kind == AnswerKind::FulfilmentLost {
            self.lost.iter_mut().zip(parcel).for_each(|(sum, pieces)| *sum += pieces);
        }
        if next == Place::Shipped {
            let mut unsent = self.held.iter().filter(|(key, _)| !self.left.contains(*key));
            let held = unsent.find(|(_, held)| **held == Held::Stock(from, parcel));
            let (reservation, _) = held.unwrap_or_else(|| panic!("goods leave that nothing holds: {self:#?}"));
            self.left.insert(reservation.clone());
            self.has_shipped = true;
            assert!(!self.is_held || self.is_stop_under_way(part), "shipped while held: {self:#?}");
            let captured = self.purses.values().map(|purse| purse.captured).sum::<i64>();
            assert!(self.behaviour.is_on_credit || captured == self.behaviour.total, "shipped unpaid: {self:#?}");
        }
        self.places.insert(format!("{part:?}"), (next, released));
        self.answer(part, kind, None);
        self.later(part);
    }
}
