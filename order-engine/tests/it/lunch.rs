//! A lunch as the shop sees it: orders are placed and paid, twelve simulated people cook them, and the engine is killed meanwhile.

use std::time::Duration;

use futures::stream::{self, StreamExt};
use serde_json::json;
use service_kit::poll::wait_until;

use crate::driven::{PAYS, PIECES, ROLES, scene};
use crate::engine::Engine;
use crate::look::LOOK;
use crate::shop::Shop;
use crate::stack::Stack;

const ORDERS: usize = 2_000;
const KILLS: usize = 3;
const STAFF: u32 = 12;
/// Orders that are placed at once.
const AT_ONCE: usize = 32;
/// So many seconds of the kitchen in one.
const SPEED: &str = "240";
/// Orders that come before somebody looks at the board again.
const WAVE: usize = 100;
/// Tickets with which a kitchen lets the next wave come: with 500 it would turn orders away.
const UNDER_WAY_MAX: u64 = 300;
const DISH: &str = "lunch";
const PREPARATION_S: u32 = 60;
const BOARD: &str = "{ kitchenBoard(location: \"zrh-1\") { queuedCount cookingCount readyCount } }";
/// How long it may take until the kitchen has room again, or has cooked all.
const COOKED: Duration = Duration::from_secs(240);

/// How many tickets are queued, cooking and ready.
async fn board(shop: &Shop) -> Option<[u64; 3]> {
    let answer = shop.query(BOARD).await;
    let board = &answer["data"]["kitchenBoard"];
    let counts = ["queuedCount", "cookingCount", "readyCount"].map(|name| board[name].as_u64());
    let [Some(queued), Some(cooking), Some(ready)] = counts else { return None };
    Some([queued, cooking, ready])
}

async fn opens(shop: &Shop) {
    let stations = json!({"stations": [{"name": "stove", "capacity": STAFF}]});
    shop.post("/v1/kitchens/zrh-1/stations", &stations).await;
    shop.post("/v1/kitchens/zrh-1/staff", &json!({"onShift": STAFF, "simulated": true})).await;
    let dish = json!({"sku": DISH, "station": "stove", "course": 1, "preparationS": PREPARATION_S});
    shop.post("/v1/kitchens/zrh-1/menu", &dish).await;
    let by = PIECES * u64::try_from(ORDERS).unwrap();
    shop.post("/v1/stock/adjustments", &json!({"location": "zrh-1", "sku": DISH, "by": by, "reason": "RECEIVED"}))
        .await;
}

async fn come(shop: &Shop, orders: usize) {
    for _ in 0..orders / WAVE {
        let has_room = async || board(shop).await.is_some_and(|[queued, cooking, _]| queued + cooking < UNDER_WAY_MAX);
        wait_until(COOKED, LOOK, has_room).await.unwrap();
        let coming = stream::iter(0..WAVE).map(async |_| shop.places(DISH).await.pays(PAYS).await);
        coming.buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
    }
}

/// Seconds of the kitchen from the taking of each ticket to its being ready, in order of size.
async fn waits_s(stack: &Stack) -> Vec<f64> {
    let waits = "SELECT extract(epoch FROM (ready.payload::jsonb #>> '{TicketReady,at}')::timestamptz
               - (taken.payload::jsonb #>> '{TicketAccepted,at}')::timestamptz)::float8 * $1 AS wait
        FROM events AS taken JOIN events AS ready USING (aggregate_type, aggregate_id)
        WHERE taken.event_type = 'TicketAccepted' AND ready.event_type = 'TicketReady' ORDER BY wait";
    let speed: f64 = SPEED.parse().unwrap();
    stack.client().await.query(waits, &[&speed]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; `make test-long` runs it"]
async fn two_thousand_orders_come_to_the_board_and_none_is_lost_over_three_kills() {
    let (mut stack, _provider, address) = scene().await;
    stack.variables.insert("KITCHEN_SIMULATED_STAFF_SPEED".to_owned(), SPEED.to_owned());
    let token = stack.prepare("1").await;
    let mut engine = Engine::start(&stack, &address, ROLES).await;
    let shop = Shop::at(&engine.url, &token);
    opens(&shop).await;
    for kills in 0..=KILLS {
        come(&shop, ORDERS / (KILLS + 1)).await;
        let counts = board(&shop).await.unwrap();
        println!(
            "after {} orders, {kills} kills: queued, cooking, ready: {counts:?}",
            ORDERS / (KILLS + 1) * (kills + 1)
        );
        if kills < KILLS {
            assert!(counts[0] + counts[1] > 0, "the kill is to come while something is cooked");
            engine.kill().await;
            engine = Engine::start(&stack, &address, ROLES).await;
        }
    }
    let all_ready = [0, 0, u64::try_from(ORDERS).unwrap()];
    let ready = wait_until(COOKED, LOOK, async || board(&shop).await == Some(all_ready)).await;
    assert!(ready.is_ok(), "the board has {:?}", board(&shop).await);
    let waits = waits_s(&stack).await;
    assert_eq!(waits.len(), ORDERS, "each ticket was taken once and made ready once");
    let at = |percent: usize| waits[(waits.len() - 1) * percent / 100];
    println!(
        "{ORDERS} orders, {STAFF} staff, {KILLS} kills: waited {:.0} s (half), {:.0} s (95 of 100), {:.0} s (longest) of the kitchen",
        at(50),
        at(95),
        at(100)
    );
    println!("{}", stack.run("orderctl", &["audit"]).await);
    engine.kill().await;
}
