//! A kitchen as its events alone tell of it, followed apart from the decider that wrote them.

use std::collections::{BTreeMap, BTreeSet};

use domain::kitchen::{CookingFinished, CookingStarted, KitchenEvent};
use domain::{FulfilmentId, StationName};

/// What is wrong with an event: a code for programs and an explanation for people.
pub(super) type Problem = (&'static str, String);

/// What a kitchen has in hand and in its queue.
#[derive(Debug, Default)]
pub(super) struct Pass {
    capacity: BTreeMap<StationName, u32>,
    on_shift: u32,
    tickets: BTreeMap<FulfilmentId, Ticket>,
}

/// A ticket that the kitchen works on.
#[derive(Debug, Default)]
struct Ticket {
    /// The course of each item.
    courses: Vec<u32>,
    begun: BTreeSet<u32>,
    done: BTreeSet<u32>,
    /// The station of each item in hand.
    in_hand: BTreeMap<u32, StationName>,
}

impl Pass {
    /// The tickets that the kitchen works on.
    pub(super) fn open(self) -> BTreeSet<FulfilmentId> {
        self.tickets.into_keys().collect()
    }

    /// Moves on by an event, and says what is wrong with it.
    pub(super) fn follow(&mut self, event: &KitchenEvent) -> Vec<Problem> {
        match event {
            KitchenEvent::StationsSet(event) => {
                self.capacity = event.stations.iter().map(|one| (one.name.clone(), one.capacity)).collect();
                Vec::new()
            }
            KitchenEvent::StaffChanged(event) => {
                self.on_shift = event.on_shift;
                Vec::new()
            }
            KitchenEvent::TicketQueued(event) => {
                let courses = event.items.iter().map(|item| item.course).collect();
                let before = self.tickets.insert(event.ticket, Ticket { courses, ..Ticket::default() });
                let twice = before.map(|_| ("ticket_taken_twice", format!("ticket {} is in the queue", event.ticket)));
                twice.into_iter().collect()
            }
            KitchenEvent::CookingStarted(event) => self.begin(event),
            KitchenEvent::CookingFinished(event) => self.finish(event),
            KitchenEvent::TicketCompleted(event) => {
                let left = self.tickets.remove(&event.ticket);
                let is_done = left.is_some_and(|ticket| ticket.done.len() == ticket.courses.len());
                let early = format!("ticket {} is completed, and not all of it is done", event.ticket);
                if is_done { Vec::new() } else { vec![("completed_early", early)] }
            }
            KitchenEvent::TicketTurnedAway(event) => self.leave(event.ticket),
            KitchenEvent::TicketWithdrawn(event) => self.leave(event.ticket),
            KitchenEvent::MenuItemSet(_)
            | KitchenEvent::SoldOutChanged(_)
            | KitchenEvent::ModeChanged(_)
            | KitchenEvent::TicketHeld(_)
            | KitchenEvent::TicketResumed(_) => Vec::new(),
        }
    }

    fn leave(&mut self, ticket: FulfilmentId) -> Vec<Problem> {
        self.tickets.remove(&ticket);
        Vec::new()
    }

    fn begin(&mut self, event: &CookingStarted) -> Vec<Problem> {
        let CookingStarted { ticket, item, station, .. } = event;
        let mut problems = Vec::new();
        let Some(open) = self.tickets.get_mut(ticket) else { return vec![unknown(*ticket)] };
        if !open.begun.insert(*item) {
            problems.push(("cooked_twice", format!("item {item} of ticket {ticket} was begun before")));
        }
        let course = |item: u32| usize::try_from(item).ok().and_then(|item| open.courses.get(item.checked_sub(1)?));
        let own = course(*item);
        let earlier = (1..).zip(&open.courses).filter(|(_, other)| own.is_some_and(|own| *other < own));
        if own.is_none() || earlier.into_iter().any(|(other, _)| !open.done.contains(&other)) {
            problems.push(("begun_early", format!("item {item} of ticket {ticket} was not to be begun yet")));
        }
        open.in_hand.insert(*item, station.clone());
        let in_hand = self.tickets.values().flat_map(|open| open.in_hand.values());
        let (mut at_station, mut in_all) = (0_u32, 0_u32);
        for other in in_hand {
            at_station += u32::from(other == station);
            in_all += 1;
        }
        let capacity = self.capacity.get(station).copied().unwrap_or_default();
        if at_station > capacity {
            problems
                .push(("beyond_capacity", format!("{at_station} items in hand at {station}, which takes {capacity}")));
        }
        if in_all > self.on_shift {
            problems.push(("beyond_staff", format!("{in_all} items in hand of {} people", self.on_shift)));
        }
        problems
    }

    fn finish(&mut self, event: &CookingFinished) -> Vec<Problem> {
        let CookingFinished { ticket, item, .. } = event;
        let Some(open) = self.tickets.get_mut(ticket) else { return vec![unknown(*ticket)] };
        let was_in_hand = open.in_hand.remove(item).is_some();
        open.done.insert(*item);
        let early = format!("item {item} of ticket {ticket} is done, and nobody had it in hand");
        if was_in_hand { Vec::new() } else { vec![("done_unbegun", early)] }
    }
}

fn unknown(ticket: FulfilmentId) -> Problem {
    ("ticket_unknown", format!("ticket {ticket} is not in the kitchen"))
}
