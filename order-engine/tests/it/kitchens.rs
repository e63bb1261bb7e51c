//! An order whose location is a kitchen: simulated staff cook it, and the saga goes on as with any location.

use serde_json::json;
use service_kit::poll::wait_until;

use crate::driven::PAYS;
use crate::look::{LOOK, PATIENCE};
use crate::shop::Shop;

const KITCHEN: &str = "/v1/kitchens/bsl-1";

/// Makes a location a kitchen whose staff is simulated.
pub async fn is_a_kitchen(shop: &Shop, location: &str) {
    let stations = json!({"stations": [{"name": "stove", "capacity": 2}]});
    shop.post(&format!("/v1/kitchens/{location}/stations"), &stations).await;
    shop.post(&format!("/v1/kitchens/{location}/staff"), &json!({"onShift": 2, "simulated": true})).await;
}

/// Puts a dish on a kitchen's menu, of which there is enough.
pub async fn can_cook(shop: &Shop, location: &str, sku: &str, seconds: u32) {
    let dish = json!({"sku": sku, "station": "stove", "course": 1, "preparationS": seconds});
    shop.post(&format!("/v1/kitchens/{location}/menu"), &dish).await;
    shop.receives(location, sku).await;
}

/// Makes a location a kitchen, where it is none for anything else, and lets it cook an order.
pub async fn is_cooked_by_simulated_staff(shop: &Shop) {
    is_a_kitchen(shop, "bsl-1").await;
    can_cook(shop, "bsl-1", "dish", 20).await;
    let order = shop.places("dish").await;
    order.pays(PAYS).await;
    let path = order.released().await;
    let is = async |path: &str, state: &str| {
        let is_so = async || shop.get(path).await.is_some_and(|one| one["state"] == state);
        wait_until(PATIENCE, LOOK, is_so).await.unwrap();
    };
    is(&path, "PACKED").await;
    let ticket = path.replace("/v1/fulfilments", &format!("{KITCHEN}/tickets"));
    is(&ticket, "READY").await;
    let board = "{ kitchenBoard(location: \"bsl-1\") { readyCount ready { orderId waitedS } } }";
    let shows_it = async || {
        let board = shop.query(board).await["data"]["kitchenBoard"].take();
        board["readyCount"] == 1 && board["ready"][0]["orderId"] == order.id
    };
    wait_until(PATIENCE, LOOK, shows_it).await.unwrap();
    order.is_shipped(&path).await;
    order.ends("COMPLETED", "COMPLETED").await;
    is(&ticket, "HANDED_OVER").await;
}
