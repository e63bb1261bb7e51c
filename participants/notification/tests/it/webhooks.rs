//! Webhooks: signed, tried for three days, sent again by a person, and never to where they must not go.

use domain::notification::NotificationEvent;
use domain::{NotificationId, WebhookEndpointId};
use notification::Channels;
use notification::channel::{WebhookOptions, Webhooks};
use serde_json::{Value, json};

use crate::client::Client;
use crate::events::Happening;
use crate::receiver::Receiver;
use crate::world::World;

/// An endpoint that was added, with its secret.
async fn added(client: &Client, url: &str, kinds: &[&str]) -> (WebhookEndpointId, String) {
    let body = json!({"url": url, "kinds": kinds});
    let added = client.post("/v1/webhook-endpoints", &body).await.assert(201);
    (added["id"].as_str().unwrap().parse().unwrap(), added["secret"].as_str().unwrap().to_owned())
}

fn without_mail(channels: Channels) -> Channels {
    Channels { email: None, ..channels }
}

/// Something that a merchant is told of.
async fn shipped(world: &World) -> Happening {
    let what = world.new_order();
    let member = world.member().await;
    world.publish_fulfilments(vec![world.encoders.shipped(&what)]).await;
    member.has_consumed(1).await;
    member.stop().await;
    what
}

fn to(what: &Happening, endpoint: WebhookEndpointId) -> NotificationId {
    NotificationId::of(what.event, "SHIPMENT", "WEBHOOK", Some(endpoint))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_signed_and_tried_again_under_its_id_until_it_is_taken() {
    let world = World::with(without_mail).await;
    let client = Client::of(&world).await;
    let receiver = Receiver::start().await;
    let (endpoint, secret) = added(&client, &receiver.url, &["SHIPMENT"]).await;
    added(&client, &receiver.url, &["REFUND"]).await;
    let what = shipped(&world).await;
    receiver.plan(&[500, 302, 0]);
    for _ in 0..4 {
        assert_eq!(world.wake().await, 1);
        assert_eq!(world.wake().await, 0, "not before its moment");
        world.pass(7_000);
    }
    let id = to(&what, endpoint);
    let taken = receiver.taken();
    assert_eq!(taken.len(), 4, "a redirect is not followed");
    let webhook = standardwebhooks::Webhook::new(&secret).unwrap();
    for one in &taken {
        assert_eq!(one.header("webhook-id"), id.to_string());
        assert_eq!(one.body, taken[0].body);
        webhook
            .sign(&id.to_string(), one.header("webhook-timestamp").parse().unwrap(), &one.body)
            .map(|signature| {
                assert_eq!(signature, one.header("webhook-signature"), "by another implementation");
            })
            .unwrap();
    }
    let body: Value = serde_json::from_slice(&taken[0].body).unwrap();
    assert_eq!((&body["type"], &body["data"]["tracking"]), (&json!("order.shipped"), &json!("T-77")));
    assert_eq!(body["data"]["orderId"], what.order.to_string());
    let log = client.get(&format!("/v1/notifications/{id}")).await.assert(200);
    assert_eq!((&log["status"], &log["attempts"]), (&json!("SENT"), &json!(4)));
    let failed: Vec<_> = log["log"].as_array().unwrap().iter().filter(|one| one["event"] == "SendingDelayed").collect();
    assert_eq!(failed[0]["detail"], "the endpoint answered 500 Internal Server Error");
    assert_eq!(failed.len(), 3);
    let deliveries = client.get(&format!("/v1/webhook-endpoints/{endpoint}/deliveries")).await.assert(200);
    assert_eq!(deliveries.as_array().unwrap().len(), 1);
    assert_eq!(client.get(&format!("/v1/orders/{}/notifications", what.order)).await.assert(200), deliveries);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_ends_after_three_days_and_is_sent_again_when_a_person_says_so() {
    let world = World::with(without_mail).await;
    let client = Client::of(&world).await;
    let receiver = Receiver::start().await;
    let (endpoint, _) = added(&client, &receiver.url, &[]).await;
    let what = shipped(&world).await;
    receiver.plan(&[503; 10]);
    let mut passed = 0;
    while passed < 5 * 86_400 {
        world.wake().await;
        world.pass(3_600);
        passed += 3_600;
    }
    let id = to(&what, endpoint);
    let events = world.events(id).await;
    assert!(matches!(events.last(), Some(NotificationEvent::NotificationFailed(_))), "{events:?}");
    assert_eq!(receiver.taken().len(), 10);
    let resend = format!("/v1/notifications/{id}/resend");
    client.post_keyed("again-1", &resend, &Value::Null).await.assert(200);
    client.post_keyed("again-1", &resend, &Value::Null).await.assert(200);
    client.post(&resend, &Value::Null).await.assert(409);
    world.wake().await;
    assert_eq!(receiver.taken().len(), 11);
    assert_eq!(*world.types(id).await.last().unwrap(), "NotificationSent");
    client.get_as_customer(&format!("/v1/notifications/{id}")).await.assert(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_is_gone_or_removed_gets_nothing_more() {
    let world = World::with(without_mail).await;
    let client = Client::of(&world).await;
    let receiver = Receiver::start().await;
    let (gone, _) = added(&client, &receiver.url, &[]).await;
    receiver.plan(&[410]);
    shipped(&world).await;
    world.wake().await;
    let all = client.get("/v1/webhook-endpoints").await.assert(200);
    assert_eq!(
        (&all[0]["enabled"], &all[0]["disabledReason"]),
        (&json!(false), &json!("the endpoint answered 410 Gone"))
    );
    assert!(all[0].get("secret").is_none());
    assert_eq!(world.count().await, 1);
    shipped(&world).await;
    assert_eq!(world.count().await, 1, "nothing is told to it");
    let path = format!("/v1/webhook-endpoints/{gone}");
    client.put(&path, &json!({"url": receiver.url, "kinds": [], "enabled": true})).await.assert(200);
    let what = shipped(&world).await;
    client.delete(&path).await.assert(200);
    world.wake().await;
    assert_eq!(*world.types(to(&what, gone)).await.last().unwrap(), "NotificationSkipped");
    assert_eq!(receiver.taken().len(), 1);
    client.delete(&path).await.assert(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn private_addresses_are_refused_when_they_are_added_and_where_they_are_connected_to() {
    let strict = |channels| Channels { webhooks: Webhooks::new(WebhookOptions::default()), ..without_mail(channels) };
    let world = World::with(strict).await;
    let client = Client::of(&world).await;
    for url in ["https://127.0.0.1/", "http://shop.example/", "https://[::1]/", "https://169.254.169.254/latest", "x"] {
        client.post("/v1/webhook-endpoints", &json!({"url": url})).await.assert(422);
    }
    // Only its name says nothing; the address is looked at when it is connected to.
    let (endpoint, _) = added(&client, "https://localhost:9/", &[]).await;
    let what = shipped(&world).await;
    world.wake().await;
    let events = world.events(to(&what, endpoint)).await;
    match events.last() {
        Some(NotificationEvent::NotificationFailed(failed)) => {
            assert_eq!(failed.cause.as_str(), "it leads to a private address");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_adds_one_endpoint_and_shows_no_secret_again() {
    let world = World::with(without_mail).await;
    let client = Client::of(&world).await;
    let body = json!({"url": "https://shop.example/hooks"});
    let first = client.post_keyed("one", "/v1/webhook-endpoints", &body).await.assert(201);
    let again = client.post_keyed("one", "/v1/webhook-endpoints", &body).await.assert(201);
    assert_eq!(first["id"], again["id"]);
    assert!(first["secret"].as_str().unwrap().starts_with("whsec_") && again.get("secret").is_none());
    let path = format!("/v1/webhook-endpoints/{}/secret", first["id"].as_str().unwrap());
    let renewed = client.post(&path, &Value::Null).await.assert(200);
    assert_ne!(renewed["secret"], first["secret"]);
}
