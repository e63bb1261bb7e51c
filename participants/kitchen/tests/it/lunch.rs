//! A lunch: orders come in a rush, twelve simulated people cook them, and the processes are stopped and started meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use domain::kitchen::KitchenEvent;
use domain::ticket::TicketEvent;
use domain::{FulfilmentId, StationName};
use serde_json::json;

use crate::world::{Job, World};

/// A SKU, its course and the seconds that a piece takes.
type Dish = (&'static str, u32, u32);

/// The stations with their capacity and what is made there.
const MENU: [(&str, u32, &[Dish]); 4] = [
    ("cold", 4, &[("salad", 1, 20), ("tiramisu", 3, 15)]),
    ("stove", 5, &[("soup", 1, 20), ("pasta", 2, 60)]),
    ("grill", 6, &[("burger", 2, 70), ("fish", 2, 90)]),
    ("oven", 4, &[("pizza", 2, 45)]),
];
/// What is ordered, in turn.
const ORDERS: [&[(&str, u32)]; 6] = [
    &[("pasta", 1)],
    &[("soup", 1), ("burger", 1)],
    &[("pizza", 2)],
    &[("salad", 1), ("fish", 1), ("tiramisu", 1)],
    &[("burger", 1)],
    &[("salad", 1), ("pizza", 1)],
];
const STAFF: u32 = 12;
/// How many orders come in each tick, in turn: nearly what twelve people can cook.
const COMING: [usize; 6] = [1, 1, 0, 1, 0, 0];
/// How often timers are looked at, as a worker would.
const TICK_S: u64 = 5;
/// Longest that the last order may wait, in ticks: a bound for the test alone.
const TICKS_MAX: usize = 20_000;

/// What was seen of a lunch.
struct Lunch {
    /// Seconds from the order to being ready, in order of size.
    waits_s: Vec<i64>,
    delayed: usize,
    restarts: usize,
}

async fn open_kitchen(world: &World) {
    let stations: Vec<_> = MENU.iter().map(|(name, capacity, _)| json!({"name": name, "capacity": capacity})).collect();
    world.post("stations", &json!({"stations": stations})).await.assert(200);
    for (station, _, dishes) in MENU {
        for (sku, course, seconds) in dishes {
            let item = json!({"sku": sku, "station": station, "course": course, "preparationS": seconds});
            world.post("menu", &item).await.assert(200);
        }
    }
    world.staff(STAFF, true).await;
}

/// So many orders come, a multiple of [`COMING`] in each tick, and are cooked. The processes are restarted at even distances.
async fn lunch(orders: usize, restarts: usize, at_once: usize) -> Lunch {
    let world = World::new().await;
    open_kitchen(&world).await;
    let jobs: Vec<Job> = (0..orders).map(|_| Job::new()).collect();
    let (mut come, mut seen) = (0, 0);
    let mut process = world.twin().await;
    let mut member = world.member_of(&process);
    for tick in 0..TICKS_MAX {
        let coming = come..orders.min(come + COMING[tick % COMING.len()] * at_once);
        if let Some(last) = coming.clone().last() {
            let asked = coming.map(|number| world.requested(jobs[number], ORDERS[number % ORDERS.len()]));
            world.publish(asked.collect::<Vec<_>>()).await;
            come = last + 1;
            world.has_ticket(jobs[last]).await;
        }
        let was_due = world.timers(&process).round().await.unwrap() > 0;
        world.pass(TICK_S);
        if seen < restarts && come >= orders * (seen + 1) / (restarts + 1) {
            member.stop().await;
            process = world.twin().await;
            member = world.member_of(&process);
            seen += 1;
        }
        if come == orders && !was_due && world.get("/v1/kitchens/zrh-k").await.body["tickets"] == json!([]) {
            break;
        }
    }
    member.stop().await;
    assert_eq!(world.parked().await, 0);
    assert_nothing_is_cooked_twice_or_beyond_what_there_is_room_for(&world.kitchen_events().await);
    let mut lunch = Lunch { waits_s: Vec::with_capacity(orders), delayed: 0, restarts: seen };
    for job in jobs {
        lunch.add(&world.ticket_events(job).await);
    }
    lunch.waits_s.sort_unstable();
    lunch
}

impl Lunch {
    fn add(&mut self, events: &[TicketEvent]) {
        let Some(TicketEvent::TicketAccepted(accepted)) = events.first() else {
            panic!("lost or turned away: {events:?}")
        };
        let Some(TicketEvent::TicketReady(ready)) = events.last() else { panic!("never ready: {events:?}") };
        self.waits_s.push((ready.at.micros() - accepted.at.micros()) / 1_000_000);
        self.delayed += usize::from(events.iter().any(|event| matches!(event, TicketEvent::TicketDelayed(_))));
    }

    fn print(&self) {
        let at = |percent: usize| self.waits_s[(self.waits_s.len() - 1) * percent / 100];
        println!(
            "{} kitchen orders, {STAFF} staff, {} restarts: waited {} s (half), {} s (of 100, 95), {} s (longest); {} later than promised",
            self.waits_s.len(),
            self.restarts,
            at(50),
            at(95),
            at(100),
            self.delayed,
        );
    }
}

fn assert_nothing_is_cooked_twice_or_beyond_what_there_is_room_for(events: &[KitchenEvent]) {
    let mut begun: BTreeSet<(FulfilmentId, u32)> = BTreeSet::new();
    let mut in_hand: BTreeMap<StationName, u32> = BTreeMap::new();
    let mut done = 0;
    for event in events {
        match event {
            KitchenEvent::CookingStarted(event) => {
                assert!(begun.insert((event.ticket, event.item)), "cooked twice: {event:?}");
                *in_hand.entry(event.station.clone()).or_default() += 1;
                for (station, capacity, _) in MENU {
                    let station = StationName::try_new(station).unwrap();
                    assert!(in_hand.get(&station).is_none_or(|count| *count <= capacity), "too much at {station}");
                }
                assert!(in_hand.values().sum::<u32>() <= STAFF, "more in hand than there are people");
            }
            KitchenEvent::CookingFinished(event) => {
                *in_hand.get_mut(&event.station).unwrap() -= 1;
                done += 1;
            }
            _ => {}
        }
    }
    assert_eq!(begun.len(), done, "what was begun is done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_lunch_is_cooked_over_a_restart() {
    let lunch = lunch(40, 1, 4).await;
    lunch.print();
    assert_eq!((lunch.waits_s.len(), lunch.restarts), (40, 1));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; `make test-long` runs it"]
async fn two_thousand_lunches_are_cooked_over_three_restarts() {
    let lunch = lunch(2_000, 3, 1).await;
    lunch.print();
    assert_eq!((lunch.waits_s.len(), lunch.restarts), (2_000, 3));
}
