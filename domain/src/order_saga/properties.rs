//! Properties of a saga among participants that are slow, refuse, answer late and twice, held against a world that shares no code
//! with it.

mod behaviour;
mod shop_order;
mod world;

use proptest::prelude::*;

use self::behaviour::{Behaviour, any_behaviour, policy_of};
use self::shop_order::ShopOrder;
use self::world::{World, at};
use super::decisions::fixtures::start_of;
use super::*;
use crate::{Decider, FulfilmentId, Sku, StoredEvent, fold, upcast};

/// Longest life of a simulated order, in steps. A saga that is not at rest by then asks without end.
const STEPS_MAX: usize = 4_000;

/// Runs an order to its rest: nothing is under way, and nothing is due.
fn run(behaviour: Behaviour) -> (World, OrderSagaState, Vec<OrderSagaEvent>) {
    let mut state = OrderSaga::initial();
    let mut history = Vec::new();
    let begin = start_of(world::lines(), behaviour.total, policy_of(&behaviour));
    let mut order = ShopOrder::placed(behaviour.total);
    let mut world = World::new(behaviour);
    let mut command = Some(begin);
    for _ in 0..STEPS_MAX {
        if let Some(command) = command.take().filter(|command| order.allows(command)) {
            let is_wake = matches!(command, OrderSagaCommand::Wake(_));
            let may_be_refused = matches!(command, OrderSagaCommand::RearrangeShares(_));
            let events = match OrderSaga::decide(&state, command) {
                Err(_) if may_be_refused => continue,
                decided => decided.expect("a saga takes what happens"),
            };
            for event in &events {
                state = OrderSaga::evolve(state, event).expect("what is decided folds");
                world.asked(event);
            }
            order.follow(&state, &events);
            world.open = state.saga().map(to_be_sent).unwrap_or_default();
            world.is_held = order.is_held();
            order.agrees(&state);
            history.extend(events);
            if let Some(due) = OrderSaga::wake_at(&state).filter(|_| is_wake) {
                assert!(
                    due > at(world.now_s),
                    "at {} {due} is still due after {}\n{:?}",
                    world.now_s,
                    last(&history),
                    state.saga().map(|saga| (&saga.reservations, &saga.payments, &saga.fulfilments, &saga.task))
                );
            }
        }
        let task = state.saga().and_then(|saga| saga.task.as_ref()).map(|task| task.kind);
        if let Some(decided) = task.and_then(|task| world.decides(task)) {
            command = Some(decided);
            continue;
        }
        // A person is waited for, and reservations are renewed meanwhile for as long as that takes.
        if world.is_quiet()
            && state.saga().and_then(|saga| saga.task.as_ref()).is_some_and(|task| task.deadline.is_none())
        {
            return (world, state, history);
        }
        // So is whoever holds the order.
        if world.is_quiet()
            && world.is_held
            && state.saga().is_some_and(|saga| saga.stock_wait.is_none() && saga.asks().next().is_none())
        {
            return (world, state, history);
        }
        let due = OrderSaga::wake_at(&state).map(|due| due.micros().div_euclid(1_000_000));
        command = match world.next(due) {
            None => return (world, state, history),
            next => next,
        };
    }
    panic!("the order never comes to rest at {}: {}", world.now_s, last(&history));
}

/// The fulfilments whose goods have not left, with their products.
fn to_be_sent(saga: &Saga) -> Vec<(FulfilmentId, Vec<Sku>)> {
    let parts = saga.current_fulfilments().filter(|part| !part.status.has_left());
    let skus = |part: &FulfilmentPart| {
        let share = &saga.shares[saga.reservation_behind(part).unwrap().share];
        share.lines.iter().map(|line| line.sku.clone()).collect()
    };
    parts.map(|part| (part.id, skus(part))).collect()
}

/// The last events of a saga.
fn last(history: &[OrderSagaEvent]) -> String {
    let events = history.iter().skip(history.len().saturating_sub(24));
    events.map(|event| format!("{event:?}")).collect::<Vec<_>>().join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_order_ends_or_waits_for_a_person(behaviour in any_behaviour()) {
        let (world, state, _) = run(behaviour);
        match &state {
            OrderSagaState::Absent => prop_assert!(false, "it has begun"),
            OrderSagaState::Running(saga) => {
                prop_assert!(saga.task.is_some() || world.is_held, "{saga:#?}");
                prop_assert!(!(world.is_held && world.may_ship()), "{world:#?}");
            }
            OrderSagaState::Ended(saga) => match saga.outcome {
                Some(SagaOutcome::Completed) => world.is_completed(),
                Some(SagaOutcome::Undone) => world.is_undone(),
                None => prop_assert!(false, "an end has an outcome"),
            },
        }
    }

    #[test]
    fn a_state_folds_from_what_is_stored(behaviour in any_behaviour()) {
        let (_, state, history) = run(behaviour);
        let stored = history.iter().map(|event| {
            let json = serde_json::to_string(event).unwrap();
            upcast::decode::<OrderSagaEvent>(event.event_type(), event.event_version(), &json).unwrap()
        });
        let read: Vec<_> = stored.collect();
        prop_assert_eq!(&read, &history);
        prop_assert_eq!(fold::<OrderSaga>(&read).unwrap(), state.clone());
        let snapshot: OrderSagaState = serde_json::from_str(&serde_json::to_string(&state).unwrap()).unwrap();
        prop_assert_eq!(snapshot, state);
    }
}
