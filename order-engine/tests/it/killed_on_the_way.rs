//! Orders that a kitchen cooks, a carrier takes and customers are told of, while kitchen, shipping and notification are killed at each
//! step: each order has one ticket, one label and one mail of each kind all the same.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::join_all;
use serde_json::Value;
use service_kit::poll::wait_until;
use service_kit::testing::mail_server::MailServer;

use crate::apart::Apart;
use crate::carriers::{CarrierWorld, label, ships_with_carriers};
use crate::driven::{ON_HAND, Order, PIECES, scene};
use crate::engine::Engine;
use crate::killed::{is_paid, tries_to_pay};
use crate::kitchens::{can_cook, is_a_kitchen};
use crate::look::LOOK;
use crate::shop::Shop;

/// The parts that are killed.
const PARTS: [&str; 3] = ["kitchen", "shipping", "notification"];
const ORDERS: usize = 3;
/// Seconds that simulated staff need for a dish, at their speed.
const PREPARATION_S: u32 = 60;
/// Longer than it takes until a mail that was interrupted counts as one of which nobody knows whether it was sent.
const MAILED: Duration = Duration::from_secs(240);
/// What each customer is told once.
const TOLD: [&str; 5] = ["ORDER_CONFIRMED", "PAYMENT_RECEIVED", "PREPARATION", "SHIPMENT", "DELIVERY"];
const TICKETS: &str = "SELECT count(*) FROM events WHERE aggregate_type = 'ticket' AND event_type = $1";

/// Orders that go all their way while a part is killed at each step.
async fn go_their_way(shop: &Shop, carriers: &CarrierWorld, apart: &mut Apart<'_>, part: &'static str) -> Vec<String> {
    can_cook(shop, "zrh-1", part, PREPARATION_S).await;
    let mut orders = Vec::new();
    for _ in 0..ORDERS {
        orders.push(shop.places(part).await);
    }
    apart.kill(part).await;
    join_all(orders.iter().map(Order::payment)).await;
    tokio::join!(join_all(orders.iter().map(tries_to_pay)), apart.kill(part));
    join_all(orders.iter().map(is_paid)).await;
    let paths = join_all(orders.iter().map(Order::released)).await;
    apart.kill(part).await;
    let labels = join_all(paths.iter().map(|path| label(shop, path)));
    let (labels, ()) = tokio::join!(labels, apart.kill(part));
    for status in ["HANDED_OVER", "DELIVERED"] {
        let scans = join_all(labels.iter().map(|tracking| carriers.scan(tracking, status)));
        tokio::join!(scans, apart.kill(part));
    }
    for order in &orders {
        let view = order.ends("COMPLETED", "COMPLETED").await;
        assert_eq!(view["fulfilmentStatus"], "DELIVERED", "{part}: {view:#}");
    }
    assert_eq!(shop.stock("zrh-1", part).await, (ON_HAND - u64::try_from(ORDERS).unwrap() * PIECES, 0), "{part}");
    orders.into_iter().map(|order| order.id).collect()
}

/// The mails that an order's customer is to have, once it is known what became of each.
async fn mails(shop: &Shop, order: &str) -> Vec<Value> {
    let path = format!("/v1/orders/{order}/notifications");
    let mut listed = Value::Null;
    let all_known = wait_until(MAILED, LOOK, async || {
        listed = shop.get(&path).await.unwrap();
        let mails = listed.as_array().unwrap().iter().filter(|one| one["channel"] == "EMAIL");
        let kinds: BTreeSet<_> = mails.clone().filter_map(|one| one["kind"].as_str()).collect();
        let is_known = |one: &Value| one["status"] != "WAITING" && one["status"] != "SENDING";
        TOLD.iter().all(|kind| kinds.contains(kind)) && mails.clone().all(is_known)
    });
    assert!(all_known.await.is_ok(), "{order}: {listed:#}");
    listed.as_array().unwrap().iter().filter(|one| one["channel"] == "EMAIL").cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes, as each part is killed at each step; `make test-long` runs it"]
async fn an_order_has_one_ticket_one_label_and_one_mail_of_each_kind() {
    let (mut stack, _provider, address) = scene().await;
    let carriers = CarrierWorld::start(&mut stack, &address).await;
    let server = MailServer::start().await;
    let mail = [
        ("SMTP_URL", format!("smtp://127.0.0.1:{}", server.port)),
        ("NOTIFICATION_FROM", "shop@shop.example".to_owned()),
    ];
    stack.variables.extend(mail.map(|(name, value)| (name.to_owned(), value)));
    let token = stack.prepare("1").await;
    let front = Engine::start(&stack, &address, "command,relay,projection,query").await;
    let mut apart = Apart::start(&stack, &PARTS, "order,saga,inventory,payment,fulfilment").await;
    let shop = Shop::at(&front.url, &token);
    is_a_kitchen(&shop, "zrh-1").await;
    ships_with_carriers(&shop, "zrh-1").await;
    let mut orders = Vec::new();
    for part in PARTS {
        orders.extend(go_their_way(&shop, &carriers, &mut apart, part).await);
        println!("{part} was killed at six steps, and every order has come to its end");
    }
    let client = stack.client().await;
    for event in ["TicketAccepted", "TicketStarted", "TicketReady"] {
        let tickets: i64 = client.query_one(TICKETS, &[&event]).await.unwrap().get(0);
        assert_eq!(usize::try_from(tickets).unwrap(), orders.len(), "{event}");
    }
    assert_eq!((carriers.sold(), carriers.in_force()), (orders.len(), orders.len()), "labels");
    let mut uncertain = 0;
    for order in &orders {
        uncertain += server.took_each_once(&mails(&shop, order).await);
    }
    println!("{} mails were taken; {uncertain} that may have been taken were not sent again", server.mails().len());
    println!("{}", stack.run("orderctl", &["audit"]).await);
    front.kill().await;
}
