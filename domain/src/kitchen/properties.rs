//! Whatever is asked of a kitchen, by people, messages or timers in any order: nothing is cooked twice, no station has more in hand than it
//! can, and every ticket ends once.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::decisions::fixtures::*;
use super::*;
use crate::ticket::{Ticket, TicketState};
use crate::{Decider, FulfilmentId, StoredEvent, fold, upcast};

mod model;

use model::{Model, Seen};

/// One thing that happens.
#[derive(Debug, Clone)]
enum Step {
    Take {
        ticket: u128,
        skus: Vec<&'static str>,
    },
    Begin {
        ticket: u128,
        item: u32,
    },
    End {
        ticket: u128,
        item: u32,
    },
    Hold {
        ticket: u128,
    },
    Resume {
        ticket: u128,
    },
    Withdraw {
        ticket: u128,
    },
    SellOut {
        sku: &'static str,
        is_sold_out: bool,
    },
    Staff {
        on_shift: u32,
        simulated: bool,
    },
    Mode {
        mode: KitchenMode,
    },
    /// So many seconds pass, and the timer looks.
    Wait {
        seconds: i64,
    },
}

fn any_skus() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop_oneof![Just("soup"), Just("pie")], 1..4)
}

fn any_step() -> impl Strategy<Value = Step> {
    let ticket = || 1_u128..6;
    let item = || 1_u32..5;
    prop_oneof![
        6 => (ticket(), any_skus()).prop_map(|(ticket, skus)| Step::Take { ticket, skus }),
        5 => (ticket(), item()).prop_map(|(ticket, item)| Step::Begin { ticket, item }),
        5 => (ticket(), item()).prop_map(|(ticket, item)| Step::End { ticket, item }),
        1 => ticket().prop_map(|ticket| Step::Hold { ticket }),
        1 => ticket().prop_map(|ticket| Step::Resume { ticket }),
        1 => ticket().prop_map(|ticket| Step::Withdraw { ticket }),
        1 => (prop_oneof![Just("soup"), Just("pie")], any::<bool>())
            .prop_map(|(sku, is_sold_out)| Step::SellOut { sku, is_sold_out }),
        1 => (0_u32..4, any::<bool>()).prop_map(|(on_shift, simulated)| Step::Staff { on_shift, simulated }),
        1 => prop_oneof![Just(KitchenMode::Normal), Just(KitchenMode::Rush), Just(KitchenMode::Paused)]
            .prop_map(|mode| Step::Mode { mode }),
        6 => (0_i64..700).prop_map(|seconds| Step::Wait { seconds }),
    ]
}

/// A kitchen and its tickets, as a unit of work decides them.
struct Run {
    kitchen: KitchenState,
    tickets: BTreeMap<FulfilmentId, TicketState>,
    events: Vec<KitchenEvent>,
    clock_s: i64,
    model: Model,
}

impl Run {
    fn new() -> Self {
        let events = set_up();
        let mut model = Model::default();
        model.see_staff(2);
        Self { kitchen: state_of(&events), tickets: BTreeMap::new(), events, clock_s: 0, model }
    }

    fn take(&mut self, step: &Step) {
        if let Step::Wait { seconds } = step {
            self.clock_s += seconds;
        }
        let command = match step {
            Step::Take { ticket, skus } => take(*ticket, skus),
            Step::Begin { ticket, item } => begin(*ticket, *item),
            Step::End { ticket, item } => end(*ticket, *item),
            Step::Hold { ticket } => hold(*ticket),
            Step::Resume { ticket } => resume(*ticket),
            Step::Withdraw { ticket } => withdraw(*ticket),
            Step::SellOut { sku, is_sold_out } => sell_out(sku, *is_sold_out),
            Step::Staff { on_shift, simulated } => set_staff(*on_shift, *simulated),
            Step::Mode { mode } => set_mode(*mode),
            Step::Wait { .. } => Wake { now: later(self.clock_s), speed: StaffSpeed::OF_PEOPLE }.into(),
        };
        self.decide(command.clone());
        let before = self.events.len();
        // A timer that comes twice finds nothing to do, and neither does a message.
        self.decide(command);
        assert_eq!(self.events.len(), before, "a repeat of {step:?} changes nothing");
    }

    fn decide(&mut self, command: KitchenCommand) {
        // Whoever asks looks whether there was such a ticket before.
        if matches!(&command, KitchenCommand::TakeTicket(take) if self.tickets.contains_key(&take.ticket)) {
            return;
        }
        let Ok(events) = Kitchen::decide(&self.kitchen, command) else { return };
        for event in events {
            self.kitchen = Kitchen::evolve(self.kitchen.clone(), &event).unwrap();
            self.model.see(&seen(&event));
            if let Some((ticket, command)) = ticket_commands(&event) {
                let state = self.tickets.remove(&ticket).unwrap_or(TicketState::Absent);
                let decided = Ticket::decide(&state, command).unwrap_or_else(|error| panic!("{error} to {event:?}"));
                let state = decided.iter().try_fold(state, Ticket::evolve).unwrap();
                self.tickets.insert(ticket, state);
            }
            self.events.push(event);
        }
    }

    /// Lets simulated staff work until nothing is left.
    fn work_to_the_end(&mut self) {
        self.decide(set_mode(KitchenMode::Normal));
        self.decide(set_staff(2, true));
        for ticket in self.tickets.keys().copied().collect::<Vec<_>>() {
            self.decide(ResumeQueued { tenant: tenant(), ticket, at: later(self.clock_s) }.into());
        }
        let in_hand: Vec<_> = self.kitchen.kitchen().unwrap().in_hand().filter(|(.., one)| !one.simulated).collect();
        for (ticket, item, _) in in_hand {
            self.decide(FinishCooking { tenant: tenant(), ticket, item, at: later(self.clock_s) }.into());
        }
        for _ in 0..200 {
            let Some(due) = Kitchen::wake_at(&self.kitchen) else { return };
            let now = due.max(later(self.clock_s));
            self.clock_s = (now.micros() - later(0).micros()) / 1_000_000;
            self.decide(Wake { now, speed: StaffSpeed::OF_PEOPLE }.into());
        }
        panic!("they are not done");
    }
}

/// What the model sees of an event.
fn seen(event: &KitchenEvent) -> Seen {
    let number = |ticket: FulfilmentId| ticket.uuid().as_u128();
    match event {
        KitchenEvent::TicketQueued(event) => {
            let courses = event.items.iter().map(|item| item.course).collect();
            Seen::Queued { ticket: number(event.ticket), courses }
        }
        KitchenEvent::CookingStarted(event) => {
            Seen::Begun { ticket: number(event.ticket), item: event.item, station: event.station.to_string() }
        }
        KitchenEvent::CookingFinished(event) => Seen::Done { ticket: number(event.ticket), item: event.item },
        KitchenEvent::TicketTurnedAway(event) => Seen::Ended { ticket: number(event.ticket) },
        KitchenEvent::TicketWithdrawn(event) => Seen::Ended { ticket: number(event.ticket) },
        KitchenEvent::TicketCompleted(event) => Seen::Completed { ticket: number(event.ticket) },
        KitchenEvent::TicketHeld(event) => Seen::Held { ticket: number(event.ticket), is_held: true },
        KitchenEvent::TicketResumed(event) => Seen::Held { ticket: number(event.ticket), is_held: false },
        KitchenEvent::StaffChanged(event) => Seen::Staff { on_shift: event.on_shift },
        KitchenEvent::StationsSet(_)
        | KitchenEvent::MenuItemSet(_)
        | KitchenEvent::SoldOutChanged(_)
        | KitchenEvent::ModeChanged(_) => Seen::Nothing,
    }
}

#[test]
fn every_event_is_given_by_a_command() {
    let mut run = Run::new();
    for step in [
        Step::Take { ticket: 1, skus: vec!["soup"] },
        Step::Hold { ticket: 1 },
        Step::Resume { ticket: 1 },
        Step::Begin { ticket: 1, item: 1 },
        Step::End { ticket: 1, item: 1 },
        Step::Take { ticket: 2, skus: vec!["pie"] },
        Step::Withdraw { ticket: 2 },
        Step::Take { ticket: 3, skus: vec!["soup"] },
        Step::SellOut { sku: "soup", is_sold_out: true },
        Step::Mode { mode: KitchenMode::Rush },
    ] {
        run.take(&step);
    }
    let given: BTreeSet<_> = run.events.iter().map(StoredEvent::event_type).collect();
    let declared: BTreeSet<_> = KitchenEvent::TYPES.iter().map(|declared| declared.name).collect();
    assert_eq!(given, declared, "give the event that is missing by its command");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_is_cooked_twice_no_station_is_overfull_and_every_ticket_ends(
        steps in prop::collection::vec(any_step(), 0..60),
    ) {
        let mut run = Run::new();
        steps.iter().for_each(|step| run.take(step));
        run.work_to_the_end();
        prop_assert!(run.kitchen.kitchen().unwrap().tickets.is_empty());
        prop_assert!(run.tickets.values().all(|ticket| ticket.open().is_none()), "{:?}", run.tickets);
        run.model.assert_all_have_ended();
    }

    #[test]
    fn stored_events_read_back_as_written_and_fold(steps in prop::collection::vec(any_step(), 0..40)) {
        let mut run = Run::new();
        steps.iter().for_each(|step| run.take(step));
        let read: Vec<KitchenEvent> = run.events.iter().map(|event| {
            let body = serde_json::to_string(event).unwrap();
            upcast::decode(event.event_type(), event.event_version(), &body).unwrap()
        }).collect();
        prop_assert_eq!(&read, &run.events);
        prop_assert_eq!(fold::<Kitchen>(&read).unwrap(), run.kitchen);
    }

    #[test]
    fn simulated_staff_begin_nothing_later_than_they_could(steps in prop::collection::vec(any_step(), 0..40)) {
        let mut run = Run::new();
        run.take(&Step::Staff { on_shift: 2, simulated: true });
        for step in steps.iter().filter(|step| !matches!(step, Step::Staff { .. })) {
            run.take(step);
            run.decide(Wake { now: later(run.clock_s), speed: StaffSpeed::OF_PEOPLE }.into());
            prop_assert!(schedule::startable(run.kitchen.kitchen().unwrap()).is_empty());
            prop_assert!(Kitchen::wake_at(&run.kitchen).is_none_or(|due| due > later(run.clock_s)));
        }
    }
}
