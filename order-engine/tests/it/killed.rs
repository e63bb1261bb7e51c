//! Orders in every stage of their sagas while their engine is killed, again and again: they come to their end all the same.

use futures::future::join_all;
use payment_simulator::EntryKind as E;
use serde_json::json;
use service_kit::poll::wait_until;

use crate::apart::Apart;
use crate::driven::{ON_HAND, Order, PAYS, PIECES, ROLES, TOTAL, scene};
use crate::engine::Engine;
use crate::look::{LOOK, PATIENCE};
use crate::provider::Provider;
use crate::shop::Shop;

const SKU: &str = "tea";
const ORDERS: usize = 6;
/// Of those, how many are cancelled once they are paid.
const CANCELLED: usize = 2;
/// Times that goods are received.
const RECEIPTS: u64 = 2;

/// Waits until the provider has booked something of any kind.
async fn books(provider: &Provider, kind: E) {
    wait_until(PATIENCE, LOOK, async || provider.count(kind) > 0).await.unwrap();
}

/// The customer pays, whether or not somebody answers.
pub async fn tries_to_pay(order: &Order<'_>) {
    let path = format!("/v1/orders/{}/payments", order.id);
    match order.shop.attempt(&path, &json!({"paymentMethod": PAYS})).await {
        Ok((status, body)) => assert!(status < 300, "{path}: {status} {body}"),
        Err(error) => assert!(!error.is_builder(), "{path}: {error}"),
    }
}

/// The customer pays, and again where it is not known that they have, until the money is captured.
pub async fn is_paid(order: &Order<'_>) {
    let path = format!("/v1/orders/{}/payments", order.id);
    wait_until(PATIENCE, LOOK, async || {
        let payment = order.payment().await;
        if payment["status"] == "PENDING" && payment["inProgress"] == false {
            order.shop.attempt(&path, &json!({"paymentMethod": PAYS})).await.unwrap();
        }
        payment["status"] == "CAPTURED"
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; `make test-long` runs it"]
async fn sagas_outlive_their_engine() {
    let (stack, provider, address) = scene().await;
    let token = stack.prepare("1").await;
    let mut engine = Engine::start(&stack, &address, ROLES).await;
    let shop = Shop::at(&engine.url, &token);
    for _ in 0..RECEIPTS {
        shop.receives("zrh-1", SKU).await;
    }
    let mut orders = Vec::new();
    for _ in 0..ORDERS {
        orders.push(shop.places(SKU).await);
    }
    engine.kill().await;

    engine = Engine::start(&stack, &address, ROLES).await;
    join_all(orders.iter().map(Order::payment)).await;
    // Those that are not answered find out later whether they have paid.
    let paying = join_all(orders.iter().map(tries_to_pay));
    tokio::join!(paying, async {
        books(&provider, E::Captured).await;
        engine.kill().await;
    });

    engine = Engine::start(&stack, &address, ROLES).await;
    join_all(orders.iter().map(is_paid)).await;
    let (cancelled, sent) = orders.split_at(CANCELLED);
    let paths = join_all(orders.iter().map(Order::released)).await;
    for (order, path) in sent.iter().zip(&paths[CANCELLED..]) {
        order.is_packed(path).await;
    }
    for order in cancelled {
        order.is_cancelled().await;
    }
    for (order, path) in sent.iter().zip(&paths[CANCELLED..]) {
        order.is_shipped(path).await;
    }
    books(&provider, E::Refunded).await;
    engine.kill().await;

    engine = Engine::start(&stack, &address, ROLES).await;
    for order in sent {
        order.ends("COMPLETED", "COMPLETED").await;
        let booked = provider.booked(&order.payment_id().await);
        assert_eq!(booked, [(E::Authorized, TOTAL), (E::Captured, TOTAL)]);
    }
    for order in cancelled {
        order.ends("UNDONE", "CANCELLED").await;
        let booked = provider.booked(&order.payment_id().await);
        assert_eq!(booked, [(E::Authorized, TOTAL), (E::Captured, TOTAL), (E::Refunded, TOTAL)]);
    }
    let left = u64::try_from(ORDERS - CANCELLED).unwrap() * PIECES;
    assert_eq!(shop.stock("zrh-1", SKU).await, (RECEIPTS * ON_HAND - left, 0));
    stack.run("orderctl", &["audit"]).await;
    engine.kill().await;
}

/// The parts that are killed.
const PARTS: [&str; 3] = ["saga", "inventory", "payment"];

/// Orders that go all their way, one of which is cancelled when it is paid, while a part is killed at each step.
async fn go_their_way(shop: &Shop, provider: &Provider, apart: &mut Apart<'_>, part: &'static str) {
    shop.receives("zrh-1", part).await;
    let mut orders = Vec::new();
    for _ in 0..3 {
        orders.push(shop.places(part).await);
    }
    apart.kill(part).await;
    join_all(orders.iter().map(Order::payment)).await;
    let paying = join_all(orders.iter().map(tries_to_pay));
    tokio::join!(paying, apart.kill(part));
    join_all(orders.iter().map(is_paid)).await;
    let paths = join_all(orders.iter().map(Order::released)).await;
    orders[0].is_cancelled().await;
    apart.kill(part).await;
    for (order, path) in orders.iter().zip(&paths).skip(1) {
        order.is_packed(path).await;
        order.is_shipped(path).await;
    }
    apart.kill(part).await;
    for (index, order) in orders.iter().enumerate() {
        let (outcome, state) = if index == 0 { ("UNDONE", "CANCELLED") } else { ("COMPLETED", "COMPLETED") };
        order.ends(outcome, state).await;
        let booked = provider.booked(&order.payment_id().await);
        let refunds = usize::from(index == 0);
        let expected = [(E::Authorized, TOTAL), (E::Captured, TOTAL), (E::Refunded, TOTAL)];
        assert_eq!(booked, expected[..2 + refunds], "{part}");
    }
    assert_eq!(shop.stock("zrh-1", part).await, (ON_HAND - 2 * PIECES, 0));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes, as each part is killed at each step; `make test-long` runs it, and `make test` the short drill of `make crashes`"]
async fn sagas_outlive_each_part_on_its_own() {
    let (stack, provider, address) = scene().await;
    let token = stack.prepare("1").await;
    let front = Engine::start(&stack, &address, "command,relay,projection,query").await;
    let mut apart = Apart::start(&stack, &PARTS, "order,fulfilment").await;
    let shop = Shop::at(&front.url, &token);
    for part in PARTS {
        go_their_way(&shop, &provider, &mut apart, part).await;
        println!("{part} was killed at four steps, and every order has come to its end");
    }
    println!("{}", stack.run("orderctl", &["audit"]).await);
    front.kill().await;
}
