//! A kitchen as somebody sees it who watches the pass: who has what in hand, and what must not be. It knows nothing of the code under test.

use std::collections::{BTreeMap, BTreeSet};

/// What is seen.
#[derive(Debug, Clone)]
pub(super) enum Seen {
    Queued {
        ticket: u128,
        courses: Vec<u32>,
    },
    Begun {
        ticket: u128,
        item: u32,
        station: String,
    },
    Done {
        ticket: u128,
        item: u32,
    },
    Completed {
        ticket: u128,
    },
    /// Turned away or withdrawn.
    Ended {
        ticket: u128,
    },
    Held {
        ticket: u128,
        is_held: bool,
    },
    Staff {
        on_shift: u32,
    },
    Nothing,
}

/// What was seen so far.
#[derive(Debug, Default)]
pub(super) struct Model {
    /// The courses of each ticket's items.
    queued: BTreeMap<u128, Vec<u32>>,
    ended: BTreeSet<u128>,
    held: BTreeSet<u128>,
    begun: BTreeSet<(u128, u32)>,
    done: BTreeSet<(u128, u32)>,
    /// By whom each item in hand is.
    in_hand: BTreeMap<(u128, u32), String>,
    on_shift: usize,
}

impl Model {
    pub(super) fn see_staff(&mut self, on_shift: u32) {
        self.on_shift = usize::try_from(on_shift).unwrap();
    }

    /// Looks at what happened, and ends the test where it must not.
    pub(super) fn see(&mut self, seen: &Seen) {
        match seen {
            Seen::Queued { ticket, courses } => {
                assert!(self.queued.insert(*ticket, courses.clone()).is_none(), "taken twice: {ticket}");
            }
            Seen::Begun { ticket, item, station } => self.begin(*ticket, *item, station),
            Seen::Done { ticket, item } => {
                assert!(self.in_hand.remove(&(*ticket, *item)).is_some(), "done, and not in hand: {ticket} {item}");
                assert!(self.done.insert((*ticket, *item)), "done twice: {ticket} {item}");
            }
            Seen::Completed { ticket } => {
                let items = 1..=u32::try_from(self.queued[ticket].len()).unwrap();
                assert!(items.into_iter().all(|item| self.done.contains(&(*ticket, item))), "not all done: {ticket}");
                assert!(self.ended.insert(*ticket), "ended twice: {ticket}");
            }
            Seen::Ended { ticket } => {
                assert!(self.ended.insert(*ticket), "ended twice: {ticket}");
                self.in_hand.retain(|(of, _), _| of != ticket);
            }
            Seen::Held { ticket, is_held: true } => assert!(self.held.insert(*ticket)),
            Seen::Held { ticket, is_held: false } => assert!(self.held.remove(ticket)),
            Seen::Staff { on_shift } => self.see_staff(*on_shift),
            Seen::Nothing => {}
        }
    }

    fn begin(&mut self, ticket: u128, item: u32, station: &str) {
        assert!(self.begun.insert((ticket, item)), "begun twice: {ticket} {item}");
        assert!(!self.ended.contains(&ticket) && !self.held.contains(&ticket), "not to be begun: {ticket}");
        let courses = &self.queued[&ticket];
        let course = courses[usize::try_from(item).unwrap() - 1];
        let earlier = courses.iter().zip(1..).filter(|(other, _)| **other < course);
        for (_, other) in earlier {
            assert!(self.done.contains(&(ticket, other)), "course {course} before {other} is done: {ticket}");
        }
        self.in_hand.insert((ticket, item), station.to_owned());
        let capacity = if station == "stove" { 2 } else { 1 };
        let at_station = self.in_hand.values().filter(|other| *other == station).count();
        assert!(at_station <= capacity, "{at_station} at {station}");
        assert!(self.in_hand.len() <= self.on_shift, "{} in hand of {} people", self.in_hand.len(), self.on_shift);
    }

    pub(super) fn assert_all_have_ended(&self) {
        assert!(self.queued.keys().all(|ticket| self.ended.contains(ticket)), "{self:?}");
        assert!(self.in_hand.is_empty(), "{:?}", self.in_hand);
    }
}
