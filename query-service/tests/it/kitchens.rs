//! The boards of kitchens: what is in them, how they are followed, and who may see them.

use domain::ticket::contract::TicketRejectionReason;
use read_models::{TicketHistory, Tickets};
use serde_json::{Value, json};

use super::stock::apply;
use super::subscriptions::code;
use super::subscriptions::server::Events;
use super::world::World;

const BOARD: &str = "{ kitchenBoard(location: \"zrh-k\") { location queuedCount cookingCount readyCount
    queued { state held items { sku quantity station course preparationS } delays late waitedS startedAt readyAt version }
    cooking { orderId startedAt }
    ready { ticketId state late waitedS } } }";
const FOLLOW: &str = "subscription { kitchenBoardChanged(location: \"zrh-k\") { queuedCount cookingCount readyCount
    cooking { state } } }";

fn ticket(number: u128) -> TicketHistory {
    TicketHistory::new(number, "shop", number).accepted("zrh-k", &["soup"])
}

fn counts(board: &Value) -> [i64; 3] {
    ["queuedCount", "cookingCount", "readyCount"].map(|name| board[name].as_i64().unwrap())
}

#[tokio::test]
async fn a_board_shows_what_is_in_the_kitchen_of_the_tenant_s_location() {
    let world = World::new().await;
    let histories = [
        ticket(1).held(),
        ticket(2).started(),
        ticket(3).started().ready(),
        ticket(4).started().ready().handed_over(),
        ticket(5).cancelled(),
        TicketHistory::new(6, "shop", 6).rejected("zrh-k", TicketRejectionReason::SoldOut),
        TicketHistory::new(7, "shop", 7).accepted("bsl-k", &["soup"]),
        TicketHistory::new(8, "elsewhere", 8).accepted("zrh-k", &["soup"]),
    ];
    let records: Vec<_> = histories.iter().flat_map(TicketHistory::records).collect();
    apply::<Tickets>(&world, &records).await;
    let board = world.data(&world.staff(), BOARD).await["kitchenBoard"].take();
    assert_eq!((counts(&board), &board["location"]), ([1, 1, 1], &json!("zrh-k")));
    let queued = &board["queued"][0];
    assert_eq!((&queued["state"], &queued["held"], &queued["version"]), (&json!("QUEUED"), &json!(true), &json!(2)));
    let soup = json!({"sku": "soup", "quantity": 1, "station": "stove", "course": 1, "preparationS": 240});
    assert_eq!(queued["items"], json!([soup]));
    assert_eq!(queued["late"], true, "it was promised in January");
    assert!(board["cooking"][0]["startedAt"].is_string());
    let ready = &board["ready"][0];
    assert_eq!((&ready["late"], &ready["waitedS"]), (&json!(false), &json!(2)));
}

#[tokio::test]
async fn a_board_is_followed_from_what_is_there_to_each_change() {
    let world = World::new().await;
    let first = ticket(1);
    apply::<Tickets>(&world, &first.records()).await;
    let mut events = Events::open(&world.router, &world.staff(), FOLLOW, json!({})).await;
    let board = async |events: &mut Events| events.result().await["data"]["kitchenBoardChanged"].take();
    assert_eq!(counts(&board(&mut events).await), [1, 0, 0]);
    apply::<Tickets>(&world, &first.clone().started().records()[1..]).await;
    let cooking = board(&mut events).await;
    assert_eq!((counts(&cooking), &cooking["cooking"][0]["state"]), ([0, 1, 0], &json!("COOKING")));
    apply::<Tickets>(&world, &TicketHistory::new(9, "shop", 9).accepted("bsl-k", &["soup"]).records()).await;
    apply::<Tickets>(&world, &first.started().ready().records()[2..]).await;
    assert_eq!(counts(&board(&mut events).await), [0, 0, 1], "what happens elsewhere is no change of it");
}

#[tokio::test]
async fn only_staff_see_kitchens() {
    let world = World::new().await;
    let customer = world.customer("c1");
    assert_eq!(world.ask(&customer, BOARD).await.code(), "FORBIDDEN");
    let followed = Events::open(&world.router, &customer, FOLLOW, json!({})).await.failure().await;
    assert_eq!(code(&followed), "FORBIDDEN");
    let wrong = world.ask(&world.staff(), "{ kitchenBoard(location: \"\") { queuedCount } }").await;
    assert_eq!(wrong.code(), "BAD_USER_INPUT");
}
