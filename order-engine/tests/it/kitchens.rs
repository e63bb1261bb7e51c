//! An order whose location is a kitchen: simulated staff cook it, and the saga goes on as with any location.

use serde_json::json;
use service_kit::poll::wait_until;

use crate::driven::PAYS;
use crate::look::{LOOK, PATIENCE};
use crate::shop::Shop;

const KITCHEN: &str = "/v1/kitchens/bsl-1";

/// Makes a location a kitchen, where it is none for anything else, and lets it cook an order.
pub async fn is_cooked_by_simulated_staff(shop: &Shop) {
    let stations = json!({"stations": [{"name": "stove", "capacity": 2}]});
    shop.post(&format!("{KITCHEN}/stations"), &stations).await;
    let dish = json!({"sku": "dish", "station": "stove", "course": 1, "preparationS": 20});
    shop.post(&format!("{KITCHEN}/menu"), &dish).await;
    shop.post(&format!("{KITCHEN}/staff"), &json!({"onShift": 2, "simulated": true})).await;
    shop.receives("bsl-1", "dish").await;
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
