use crate::decision::Decision;
use crate::{Decider, Scope, Timestamp};

use super::super::{
    CookingStarted, Kitchen, KitchenDetails, KitchenEvent, KitchenRejection, KitchenState, StaffSpeed, schedule,
};
use super::finish;

/// Let simulated staff look at the clock: they finish what is due, and then begin what there is room for.
///
/// Items that people have begun are left to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wake {
    pub now: Timestamp,
    pub speed: StaffSpeed,
}

impl Decision<Kitchen> for Wake {
    fn scopes(&self) -> &'static [Scope] {
        &[]
    }

    fn decide(self, state: &KitchenState) -> Result<Vec<KitchenEvent>, KitchenRejection> {
        let Some(kitchen) = state.kitchen().filter(|kitchen| kitchen.staff.simulated) else { return Ok(vec![]) };
        let mut due: Vec<_> = kitchen
            .in_hand()
            .filter(|(_, _, cooking)| cooking.simulated && cooking.until <= self.now)
            .map(|(ticket, item, cooking)| (cooking.until, ticket, item))
            .collect();
        due.sort_unstable();
        let mut events = Vec::new();
        let mut after = state.clone();
        for (_, ticket, item) in due {
            let Some(kitchen) = after.kitchen() else { break };
            let finished = finish(kitchen, ticket, item, self.now);
            after = finished.iter().try_fold(after, Kitchen::evolve)?;
            events.extend(finished);
        }
        if let Some(kitchen) = after.kitchen() {
            events.extend(schedule::startable(kitchen).iter().filter_map(|start| self.start(kitchen, start)));
        }
        Ok(events)
    }
}

impl Wake {
    fn start(&self, kitchen: &KitchenDetails, start: &schedule::Start) -> Option<KitchenEvent> {
        let open = kitchen.tickets.get(&start.ticket)?;
        let item = &open.item(start.item)?.item;
        Some(KitchenEvent::CookingStarted(CookingStarted {
            location: kitchen.location.clone(),
            ticket: start.ticket,
            order: open.order,
            item: start.item,
            station: item.station.clone(),
            until: self.now.later_by_micros(self.speed.in_hand_micros(item.preparation_s)),
            simulated: true,
            at: self.now,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;
    use crate::fold;

    fn wake(after_s: i64, of: u32) -> super::super::KitchenCommand {
        Wake { now: later(after_s), speed: speed(of) }.into()
    }

    #[test]
    fn they_finish_what_is_due_and_begin_what_there_is_room_for() {
        let queue = vec![simulated_staff(2), queued(1, &["soup", "pie"], 600), queued(2, &["pie"], 900)];
        let queue = [set_up(), queue].concat();
        let first = [simulated(1, 1, "stove", 0, 240), simulated(2, 1, "oven", 0, 600)];
        given(queue.clone())
            .when(wake(0, 1))
            .then([simulated(1, 1, "stove", 0, 240)].into_iter().chain([simulated(2, 1, "oven", 0, 600)]));
        let cooking = [queue, first.to_vec()].concat();
        given(cooking.clone()).when(wake(239, 1)).then_nothing();
        given(cooking.clone()).when(wake(240, 1)).then([done_at(1, 1, "stove", 240)]);
        given(cooking).when(wake(600, 1)).then([
            done_at(1, 1, "stove", 600),
            done_at(2, 1, "oven", 600),
            completed_at(2, 600),
            simulated(1, 2, "oven", 600, 1_200),
        ]);
    }

    #[test]
    fn they_work_at_the_speed_that_is_set() {
        let queue = [set_up(), vec![simulated_staff(2), queued(1, &["soup"], 600)]].concat();
        given(queue).when(wake(0, 60)).then([simulated(1, 1, "stove", 0, 4)]);
    }

    #[test]
    fn they_leave_alone_what_is_people_s() {
        let people = [set_up(), vec![queued(1, &["soup"], 600)]].concat();
        given(people).when(wake(0, 1)).then_nothing();
        let both = vec![simulated_staff(2), queued(1, &["soup"], 600), begun(1, 1, "stove", 10)];
        given([set_up(), both].concat()).when(wake(900, 1)).then_nothing();
        given([]).when(wake(0, 1)).then_nothing();
    }

    #[test]
    fn they_want_to_be_woken_when_there_is_something_to_do() {
        let wake_at = |history: Vec<KitchenEvent>| Kitchen::wake_at(&fold::<Kitchen>(&history).unwrap());
        let simulated_kitchen = [set_up(), vec![simulated_staff(2)]].concat();
        assert_eq!(wake_at(simulated_kitchen.clone()), None);
        let queue = [simulated_kitchen, vec![queued(1, &["soup", "pie"], 600)]].concat();
        assert_eq!(wake_at(queue.clone()), Some(now()), "there is something to begin");
        assert_eq!(wake_at([queue, vec![simulated(1, 1, "stove", 0, 240)]].concat()), Some(later(240)));
        assert_eq!(wake_at([set_up(), vec![queued(1, &["soup"], 600)]].concat()), None, "people look by themselves");
    }
}
