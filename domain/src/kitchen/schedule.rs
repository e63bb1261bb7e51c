//! What is begun next, and when a ticket will be ready: pure rules of a kitchen's state.
//!
//! Tickets are worked on in the order of their promises, and of those of one promise in the order in which they came. Of a ticket the
//! items of the first course that is not done may be begun, each at its station while that has room, as long as somebody is free.
//! Nothing is kept back for a ticket that has to wait: what comes later is begun where there is room for it.

use std::collections::BTreeMap;

use crate::{FulfilmentId, Timestamp};

use super::{KitchenDetails, KitchenMode, OpenTicket, StaffSpeed, Stage};

/// What a promise has beyond the expected duration, in hundredths of it.
const MARGIN_PERCENT: i64 = 10;
/// The same in a rush.
const RUSH_MARGIN_PERCENT: i64 = 60;
/// The least that a promise has beyond the expected duration, however fast the staff: by the clock, which messages and timers take too.
const MARGIN_S_MIN: i64 = 60;

const MICROS: i64 = 1_000_000;

/// An item that may be begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    pub ticket: FulfilmentId,
    /// Its place in the ticket, from 1.
    pub item: u32,
}

/// The items that may be begun now, all together.
pub fn startable(kitchen: &KitchenDetails) -> Vec<Start> {
    let mut ahead = Ahead::of(kitchen, None);
    let starts = ahead.starts();
    starts.into_iter().map(|(row, item)| ahead.start(row, item)).collect()
}

/// When a ticket will be ready if everything takes as long as it should, from now on; `None` where it never will, since nobody is on
/// shift. One that is held is looked at as if it were not. The speed counts where staff is simulated.
pub fn ready_at(
    kitchen: &KitchenDetails,
    ticket: FulfilmentId,
    now: Timestamp,
    simulated: StaffSpeed,
) -> Option<Timestamp> {
    let speed = if kitchen.staff.simulated { simulated } else { StaffSpeed::OF_PEOPLE };
    Ahead::of(kitchen, Some(ticket)).run(ticket, now, speed)
}

/// What is promised of a ticket that is expected to be ready at a moment.
pub fn promise(mode: KitchenMode, now: Timestamp, ready_at: Timestamp) -> Timestamp {
    let lead = ready_at.micros().saturating_sub(now.micros()).max(0);
    let percent = match mode {
        KitchenMode::Normal | KitchenMode::Paused => MARGIN_PERCENT,
        KitchenMode::Rush => RUSH_MARGIN_PERCENT,
    };
    let margin = (lead / 100).saturating_mul(percent).max(MARGIN_S_MIN * MICROS);
    ready_at.later_by_micros(margin)
}

/// The kitchen as it will be: its open tickets in the order in which they are worked on.
struct Ahead<'a> {
    rows: Vec<Row<'a>>,
    /// Room left, by place of the station.
    room: Vec<u32>,
    free: u32,
}

struct Row<'a> {
    ticket: FulfilmentId,
    open: &'a OpenTicket,
    held: bool,
    /// Of each item: the place of its station, and how far it has come.
    items: Vec<(usize, Step)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Waiting,
    /// Done at this moment.
    Cooking(Timestamp),
    Cooked,
}

impl<'a> Ahead<'a> {
    /// A kitchen as it is, with one ticket that is looked at as if it were not held.
    fn of(kitchen: &'a KitchenDetails, unheld: Option<FulfilmentId>) -> Self {
        let stations: BTreeMap<_, _> = kitchen.stations.keys().zip(0..).collect();
        let mut room: Vec<u32> = kitchen.stations.values().copied().collect();
        let mut free = kitchen.staff.on_shift;
        let mut rows: Vec<_> = kitchen.tickets.iter().collect();
        rows.sort_by_key(|(_, open)| (open.promised_at, open.place));
        let rows = rows.into_iter().map(|(ticket, open)| {
            let items = open.items.iter().map(|item| {
                let station = stations.get(&item.item.station).copied().unwrap_or_default();
                let step = match item.stage {
                    Stage::Waiting => Step::Waiting,
                    Stage::Cooked => Step::Cooked,
                    Stage::Cooking(cooking) => {
                        room[station] = room[station].saturating_sub(1);
                        free = free.saturating_sub(1);
                        Step::Cooking(cooking.until)
                    }
                };
                (station, step)
            });
            Row { ticket: *ticket, open, held: open.held && unheld != Some(*ticket), items: items.collect() }
        });
        let rows = rows.collect();
        Self { rows, room, free }
    }

    /// Takes room and people for all that may be begun, and says what that is, by row and place of the item in it, from 0.
    fn starts(&mut self) -> Vec<(usize, usize)> {
        let mut starts = Vec::new();
        for (index, row) in self.rows.iter().enumerate().filter(|(_, row)| !row.held) {
            if self.free == 0 {
                break;
            }
            let Some(course) = row.course() else { continue };
            for (item, (station, step)) in row.items.iter().enumerate() {
                let may = *step == Step::Waiting && row.open.items[item].item.course == course;
                if may && self.free > 0 && self.room[*station] > 0 {
                    self.free -= 1;
                    self.room[*station] -= 1;
                    starts.push((index, item));
                }
            }
        }
        starts
    }

    fn start(&self, row: usize, item: usize) -> Start {
        let place = u32::try_from(item).unwrap_or(u32::MAX).saturating_add(1);
        Start { ticket: self.rows[row].ticket, item: place }
    }

    /// Works until a ticket is ready.
    fn run(mut self, ticket: FulfilmentId, now: Timestamp, speed: StaffSpeed) -> Option<Timestamp> {
        let mut time = now;
        loop {
            for (row, item) in self.starts() {
                let in_hand = speed.in_hand_micros(self.rows[row].open.items[item].item.preparation_s);
                self.rows[row].items[item].1 = Step::Cooking(time.later_by_micros(in_hand));
            }
            let steps = self.rows.iter().flat_map(|row| &row.items);
            let next = steps.filter_map(|(_, step)| match step {
                Step::Cooking(until) => Some(*until),
                Step::Waiting | Step::Cooked => None,
            });
            // What should be done by now is expected at any moment.
            time = time.max(next.min()?);
            self.finish(time);
            let row = self.rows.iter().find(|row| row.ticket == ticket)?;
            if row.course().is_none() {
                return Some(time);
            }
            self.rows.retain(|row| row.course().is_some());
        }
    }

    /// Finishes what is to be done by a moment.
    fn finish(&mut self, time: Timestamp) {
        for (station, step) in self.rows.iter_mut().flat_map(|row| &mut row.items) {
            if matches!(step, Step::Cooking(until) if *until <= time) {
                *step = Step::Cooked;
                self.room[*station] = self.room[*station].saturating_add(1);
                self.free = self.free.saturating_add(1);
            }
        }
    }
}

impl Row<'_> {
    /// The first course that is not done.
    fn course(&self) -> Option<u32> {
        let steps = self.items.iter().zip(&self.open.items);
        steps.filter(|((_, step), _)| *step != Step::Cooked).map(|(_, item)| item.item.course).min()
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::super::decisions::fixtures::*;
    use super::*;
    use crate::kitchen::KitchenEvent;

    fn kitchen(history: Vec<KitchenEvent>) -> KitchenDetails {
        state_of(&history).kitchen().unwrap().clone()
    }

    fn starts(history: Vec<KitchenEvent>) -> Vec<(u128, u32)> {
        let found = startable(&kitchen(history));
        found.into_iter().map(|start| (start.ticket.uuid().as_u128(), start.item)).collect()
    }

    fn with(more: impl IntoIterator<Item = KitchenEvent>) -> Vec<KitchenEvent> {
        [set_up(), more.into_iter().collect()].concat()
    }

    #[test]
    fn the_first_course_of_the_first_promise_is_begun_and_what_there_is_room_for() {
        // The pie of ticket 1 waits for its soup, so the oven, which takes one item, is free for that of ticket 2.
        let queue = [queued(1, &["soup", "pie"], 600), queued(2, &["pie"], 900)];
        assert_eq!(starts(with(queue.clone())), [(1, 1), (2, 1)]);
        let cooked = [begun(1, 1, "stove", 240), finished(1, 1, "stove")];
        assert_eq!(starts(with(queue.into_iter().chain(cooked))), [(1, 2)]);
        // The stove takes two, and two are on shift.
        let soups = [1, 2, 3].map(|ticket| queued(ticket, &["soup"], 900 - i64::from(u32::try_from(ticket).unwrap())));
        assert_eq!(starts(with(soups)), [(3, 1), (2, 1)]);
    }

    #[test]
    fn nothing_is_begun_of_what_is_held_or_where_nobody_is_free() {
        assert_eq!(starts(with([queued(1, &["soup"], 600), held(1)])), []);
        assert_eq!(starts(with([queued(1, &["soup"], 600), staff(0)])), []);
        let busy = [queued(1, &["soup"], 600), queued(2, &["soup"], 600), begun(1, 1, "stove", 240), staff(1)];
        assert_eq!(starts(with(busy)), []);
    }

    #[test]
    fn a_ticket_is_expected_when_those_before_it_leave_it_room() {
        let at = |history: Vec<KitchenEvent>, ticket: u128| {
            let ready = ready_at(&kitchen(history), id(ticket), now(), StaffSpeed::new(NonZeroU32::new(60).unwrap()))?;
            Some((ready.micros() - now().micros()) / MICROS)
        };
        // Soup 240 s, then pie 600 s.
        assert_eq!(at(with([queued(1, &["soup", "pie"], 600)]), 1), Some(840));
        // Three soups on a stove of two.
        let soups = [1, 2, 3].map(|ticket| queued(ticket, &["soup"], 600));
        assert_eq!(at(with(soups.clone()), 3), Some(480));
        // One in hand for 100 s more.
        let busy = soups.into_iter().chain([begun(1, 1, "stove", 100), begun(2, 1, "stove", 240)]);
        assert_eq!(at(with(busy), 3), Some(340));
        assert_eq!(at(with([queued(1, &["soup"], 600), staff(0)]), 1), None);
        assert_eq!(at(with([queued(1, &["soup"], 600), held(1)]), 1), Some(240));
        // Simulated staff, 60 times as fast.
        let simulated = with([simulated_staff(2), queued(1, &["soup", "pie"], 600)]);
        assert_eq!(at(simulated, 1), Some(14));
    }

    #[test]
    fn a_promise_has_a_margin_which_is_larger_in_a_rush() {
        let after = |seconds: i64| now().later_by_micros(seconds * MICROS);
        assert_eq!(promise(KitchenMode::Normal, now(), after(240)), after(300));
        assert_eq!(promise(KitchenMode::Normal, now(), after(1_000)), after(1_100));
        assert_eq!(promise(KitchenMode::Rush, now(), after(1_000)), after(1_600));
    }
}
