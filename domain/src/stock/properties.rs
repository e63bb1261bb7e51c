//! Properties that hold for every stock item after any sequence of commands, held against a ledger that adds up what the events say.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::decisions::fixtures::{
    add_item, adjust, count, fill, release, reserve, set_backorder, set_safety_stock, ship, transfer_in, transfer_out,
};
use super::{AdjustmentReason, ReservePieces, Stock, StockCommand, StockEvent, StockState};
use crate::{Decider, Pieces, StoredEvent, fold, upcast};

fn any_command() -> impl Strategy<Value = StockCommand> {
    use AdjustmentReason::{Correction, Damaged, Found, Lost, Received, Returned};
    let adds = (1_i64..20, prop::sample::select(vec![Received, Found, Returned, Correction]));
    let takes = (1_i64..20, prop::sample::select(vec![Damaged, Lost, Correction]));
    let part = || (1_u64..12, 0_u64..4);
    prop_oneof![
        1 => Just(add_item()),
        4 => adds.prop_map(|(by, reason)| adjust(by, reason)),
        2 => takes.prop_map(|(by, reason)| adjust(-by, reason)),
        1 => (0_u64..30).prop_map(count),
        1 => (1_u64..12).prop_map(transfer_out),
        1 => (1_u64..12).prop_map(transfer_in),
        1 => (0_u64..4).prop_map(set_safety_stock),
        2 => any::<bool>().prop_map(set_backorder),
        9 => part().prop_map(|(quantity, backordered)| reserve(quantity, backordered)),
        3 => part().prop_map(|(quantity, backordered)| release(quantity, backordered)),
        3 => part().prop_map(|(quantity, backordered)| ship(quantity, backordered)),
        2 => (1_u64..6).prop_map(fill),
    ]
}

/// What the events add up to.
#[derive(Debug, Default, PartialEq, Eq, Clone, Copy)]
struct Ledger {
    on_hand: i64,
    reserved: i64,
    backordered: i64,
    safety_stock: i64,
}

impl Ledger {
    fn record(&mut self, event: &StockEvent) {
        let pieces = |pieces: Pieces| i64::try_from(pieces.get()).unwrap();
        match event {
            StockEvent::StockItemAdded(_) | StockEvent::BackorderPolicyChanged(_) | StockEvent::StockShortage(_) => {}
            StockEvent::StockAdjusted(event) => self.on_hand += event.by.get(),
            StockEvent::StockCounted(event) => self.on_hand += event.difference.get(),
            StockEvent::StockTransferredOut(event) => self.on_hand -= pieces(event.quantity),
            StockEvent::StockTransferredIn(event) => self.on_hand += pieces(event.quantity),
            StockEvent::SafetyStockChanged(event) => self.safety_stock = pieces(event.level.safety_stock),
            StockEvent::StockReserved(event) => {
                self.reserved += pieces(event.quantity);
                self.backordered += pieces(event.backordered);
            }
            StockEvent::StockReleased(event) => {
                self.reserved -= pieces(event.quantity);
                self.backordered -= pieces(event.backordered);
            }
            StockEvent::StockShipped(event) => {
                self.on_hand -= pieces(event.quantity) - pieces(event.discrepancy);
                self.reserved -= pieces(event.quantity);
                self.backordered -= pieces(event.backordered);
            }
            StockEvent::BackorderFilled(event) => self.backordered -= pieces(event.quantity),
        }
    }

    fn of(event: &StockEvent) -> Self {
        let pieces = |pieces: Pieces| i64::try_from(pieces.get()).unwrap();
        let level = event.level();
        Self {
            on_hand: pieces(level.on_hand),
            reserved: pieces(level.reserved),
            backordered: pieces(level.backordered),
            safety_stock: pieces(level.safety_stock),
        }
    }
}

/// Of the reservations, those of an even quantity are decided on the availability that there is; hardly one would fit by chance.
fn fitted(command: StockCommand, state: &StockState) -> StockCommand {
    match command {
        StockCommand::ReservePieces(reserve) if reserve.quantity.get().is_multiple_of(2) => {
            let backordered = state.availability().backordered(reserve.quantity).unwrap_or(reserve.backordered);
            ReservePieces { backordered, ..reserve }.into()
        }
        command => command,
    }
}

fn run(commands: Vec<StockCommand>) -> (StockState, Vec<StockEvent>) {
    let mut state = Stock::initial();
    let mut history = Vec::new();
    for command in commands {
        let command = fitted(command, &state);
        let exists = state != StockState::Absent;
        let is_fact = match &command {
            StockCommand::AdjustStock(adjust) => adjust.reason != AdjustmentReason::Correction,
            command => matches!(command, StockCommand::CountStock(_) | StockCommand::TransferStockIn(_)),
        };
        let Ok(events) = Stock::decide(&state, command.clone()) else {
            assert!(!(exists && is_fact), "a fact was refused: {command:?} on {state:?}");
            continue;
        };
        for event in &events {
            state = Stock::evolve(state, event).expect("what decide accepts must fold");
        }
        history.extend(events);
    }
    (state, history)
}

#[test]
fn every_event_is_given_by_a_command_and_folds() {
    use AdjustmentReason::Received;
    let commands = vec![
        add_item(),
        adjust(5, Received),
        transfer_out(1),
        set_backorder(true),
        reserve(6, 2),
        transfer_in(1),
        fill(1),
        ship(1, 0),
        count(1),
        release(1, 1),
        set_safety_stock(1),
    ];
    let given: BTreeSet<_> = run(commands).1.iter().map(StoredEvent::event_type).collect();
    let declared: BTreeSet<_> = StockEvent::TYPES.iter().map(|declared| declared.name).collect();
    assert_eq!(given, declared, "give the event that is missing by its command");
}

proptest! {
    #[test]
    fn what_is_accepted_folds_and_the_recorded_level_is_what_the_events_add_up_to(
        commands in prop::collection::vec(any_command(), 0..60),
    ) {
        let (state, history) = run(commands);
        prop_assert_eq!(fold::<Stock>(&history).unwrap(), state);
        let mut ledger = Ledger::default();
        for event in &history {
            ledger.record(event);
            prop_assert_eq!(Ledger::of(event), ledger, "after {:?}", event);
            let set_aside = ledger.reserved - ledger.backordered;
            prop_assert!(ledger.on_hand >= 0 && ledger.backordered >= 0 && set_aside >= 0, "{:?}", ledger);
        }
    }

    #[test]
    fn pieces_are_set_aside_only_from_what_is_free(commands in prop::collection::vec(any_command(), 0..60)) {
        let mut ledger = Ledger::default();
        for event in run(commands).1 {
            let free = ledger.on_hand - (ledger.reserved - ledger.backordered) - ledger.safety_stock;
            let set_aside = match &event {
                StockEvent::StockReserved(event) => event.quantity.get() - event.backordered.get(),
                StockEvent::BackorderFilled(event) => event.quantity.get(),
                _ => 0,
            };
            prop_assert!(set_aside == 0 || i64::try_from(set_aside).unwrap() <= free, "{:?} on {:?}", event, ledger);
            ledger.record(&event);
        }
    }

    #[test]
    fn a_fact_that_leaves_less_than_is_set_aside_is_followed_by_a_shortage(
        commands in prop::collection::vec(any_command(), 0..60),
    ) {
        let (_, history) = run(commands);
        let mut ledger = Ledger::default();
        for (place, event) in history.iter().enumerate() {
            ledger.record(event);
            let short = ledger.reserved - ledger.backordered - ledger.on_hand;
            let is_reported = match event {
                StockEvent::StockAdjusted(event) => event.reason.takes_away(event.by.get()),
                event => matches!(event, StockEvent::StockCounted(_) | StockEvent::StockShipped(_)),
            };
            let expected = (is_reported && short > 0).then_some(short);
            let found = match history.get(place + 1) {
                Some(StockEvent::StockShortage(shortage)) => Some(i64::try_from(shortage.short.get()).unwrap()),
                _ => None,
            };
            prop_assert_eq!(found, expected, "after {:?}", event);
        }
    }

    #[test]
    fn stored_events_read_back_as_written(commands in prop::collection::vec(any_command(), 0..40)) {
        for event in run(commands).1 {
            let body = serde_json::to_string(&event).unwrap();
            let read: StockEvent = upcast::decode(event.event_type(), event.event_version(), &body).unwrap();
            prop_assert_eq!(read, event);
        }
    }
}

impl AdjustmentReason {
    fn takes_away(self, by: i64) -> bool {
        by < 0 || matches!(self, Self::Damaged | Self::Lost)
    }
}
