//! What customers do not want to be told, by their account and by a link; and SMS.

use std::sync::Arc;

use domain::NotificationId;
use notification::Channels;
use notification::channel::{HttpGateway, Sms};
use serde_json::{Value, json};
use service_kit::config::{Secret, SmsSettings};

use crate::client::Client;
use crate::events::Happening;
use crate::receiver::Receiver;
use crate::world::{World, by_mail};

/// An order of a customer's that was shipped.
async fn shipped(world: &World, customer: &str) -> Happening {
    let what = world.new_order();
    let member = world.member().await;
    world.publish_orders(vec![world.placed(&what, customer).await]).await;
    member.has_consumed(1).await;
    world.publish_fulfilments(vec![world.encoders.shipped(&what)]).await;
    member.has_consumed(2).await;
    member.stop().await;
    what
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_in_a_mail_refuses_its_kind_by_one_click_and_only_by_post() {
    let world = World::new().await;
    let client = Client::of(&world).await;
    shipped(&world, "grace").await;
    world.wake().await;
    let link = world.mail.mails()[0].header("List-Unsubscribe").unwrap();
    let path = link.trim_matches(['<', '>']).strip_prefix("https://engine.example").unwrap();
    for (link, language, button) in [
        (path.to_owned(), "en", "Unsubscribe"),
        (path.replace("lang=en", "lang=de-CH"), "de", "Abmelden"),
        (path.replace("lang=en", "lang=..%2Fde"), "en", "Unsubscribe"),
        (path.replace("?lang=en", ""), "en", "Unsubscribe"),
    ] {
        let page = client.open(&link).await;
        assert!(page.contains(&format!("<html lang=\"{language}\">")), "{link}: {page}");
        assert!(page.contains(&format!("<button>{button}</button>")), "{link}: {page}");
    }
    let second = shipped(&world, "grace").await;
    world.wake().await;
    assert_eq!(world.mail.mails().len(), 2, "a page that was opened refuses nothing");
    for _ in 0..2 {
        assert_eq!(client.one_click(path).await, 200);
    }
    let third = shipped(&world, "grace").await;
    shipped(&world, "bob").await;
    world.wake().await;
    assert_eq!(world.types(by_mail(second.event, "SHIPMENT")).await.last(), Some(&"NotificationSent"));
    assert_eq!(world.types(by_mail(third.event, "SHIPMENT")).await.last(), Some(&"NotificationSkipped"));
    assert_eq!(world.mail.mails().len(), 3, "another customer is told");
    assert_eq!(client.one_click("/v1/unsubscribe/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").await, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_says_what_they_want_and_cannot_refuse_what_has_to_be_told() {
    let world = World::new().await;
    let client = Client::of(&world).await;
    let path = "/v1/notification-preferences";
    let set = client.put_as_customer(path, &json!({"kind": "SHIPMENT", "wanted": false})).await.assert(200);
    let of = |all: &Value, kind: &str| all.as_array().unwrap().iter().find(|one| one["kind"] == kind).unwrap().clone();
    assert_eq!(of(&set, "SHIPMENT"), json!({"kind": "SHIPMENT", "wanted": false, "refusable": true}));
    assert_eq!(of(&set, "REFUND"), json!({"kind": "REFUND", "wanted": true, "refusable": false}));
    client.put_as_customer(path, &json!({"kind": "REFUND", "wanted": false})).await.assert(409);
    let what = shipped(&world, "grace").await;
    world.wake().await;
    assert_eq!(world.types(by_mail(what.event, "SHIPMENT")).await.last(), Some(&"NotificationSkipped"));
    client.put_as_customer(path, &json!({"kind": "SHIPMENT", "wanted": true})).await.assert(200);
    shipped(&world, "grace").await;
    world.wake().await;
    assert_eq!(world.mail.mails().len(), 1);
    client.get(path).await.assert(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sms_is_handed_to_the_gateway_under_an_id_that_recognises_repetitions() {
    let gateway = Receiver::start().await;
    let settings = SmsSettings { url: gateway.url.clone(), key: Secret::new("sms-key"), sender: "Shop".to_owned() };
    let sms = Sms::new(Arc::new(HttpGateway::new(settings)), "Shop".to_owned());
    let world = World::with(|channels| Channels { email: None, sms: Some(sms), ..channels }).await;
    gateway.plan(&[503]);
    let what = shipped(&world, "grace").await;
    world.wake().await;
    world.pass(100);
    world.wake().await;
    let id = NotificationId::of(what.event, "SHIPMENT", "SMS", None);
    assert_eq!(world.types(id).await.last(), Some(&"NotificationSent"));
    let taken = gateway.taken();
    assert_eq!(taken.len(), 2);
    for one in taken {
        assert_eq!((one.header("idempotency-key"), one.header("authorization")), (&*id.to_string(), "Bearer sms-key"));
        let body: Value = serde_json::from_slice(&one.body).unwrap();
        assert_eq!((&body["to"], &body["from"]), (&json!("+44207946"), &json!("Shop")));
        let text = body["text"].as_str().unwrap();
        assert!(text.starts_with("Example Shop: Your order R-1001 is on its way. Tracking number: T-77"), "{text}");
    }
}
