//! What was told of an order, by every channel, for who helps its customer.

use serde_json::{Value, json};

use crate::client::Client;
use crate::world::{World, by_mail};

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_was_told_of_an_order_is_listed_the_newest_first() {
    let world = World::new().await;
    let client = Client::of(&world).await;
    let member = world.member().await;
    let what = world.new_order();
    world.publish_orders(vec![world.placed(&what, "grace").await, world.encoders.confirmed(&what)]).await;
    member.has_consumed(2).await;
    assert_eq!(world.wake().await, 1);
    world.pass(60);
    let shipped = crate::events::Happening::new(what.order, what.at);
    world.publish_fulfilments(vec![world.encoders.shipped(&shipped)]).await;
    world.publish_fulfilments(vec![world.encoders.shipped(&shipped)]).await;
    let other = world.new_order();
    world.publish_fulfilments(vec![world.encoders.shipped(&other)]).await;
    member.has_consumed(5).await;

    let path = format!("/v1/orders/{}/notifications", what.order);
    let told = client.get(&path).await.assert(200);
    let seen: Vec<_> = told.as_array().unwrap().iter().map(|one| (&one["id"], &one["kind"], &one["status"])).collect();
    let ids = [by_mail(shipped.event, "SHIPMENT"), by_mail(what.event, "ORDER_CONFIRMED")].map(|id| json!(id));
    let expected =
        [(&ids[0], &json!("SHIPMENT"), &json!("WAITING")), (&ids[1], &json!("ORDER_CONFIRMED"), &json!("SENT"))];
    assert_eq!(seen, expected);
    assert_eq!((&told[1]["channel"], &told[1]["orderId"]), (&json!("EMAIL"), &json!(what.order)));
    assert!(!told.to_string().contains("grace"), "no address");

    client.get_as_customer(&path).await.assert(403);
    let unknown = "/v1/orders/018f0000-0000-7000-8000-000000000001/notifications";
    assert_eq!(client.get(unknown).await.assert(200), Value::Array(vec![]));
    client.get("/v1/orders/no-id/notifications").await.assert(404);
    member.stop().await;
}
