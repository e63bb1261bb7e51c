//! Phone and email are sealed apart from the rest of an address; what earlier releases sealed within it reads as
//! before.

use domain::{Sealed, SubjectId};
use serde_json::{Value, json};

use crate::world::{World, address, tenant};

/// The addresses in the events of an order, in order, with the versions of their events.
async fn stored(world: &World, path: &str) -> Vec<(String, Value)> {
    let sql = "SELECT event_version, payload::text FROM events WHERE aggregate_id = $1 AND event_type = 'AddressChanged' \
        ORDER BY sequence";
    let id = path.rsplit('/').next().unwrap();
    let rows = world.orders.client().await.query(sql, &[&id]).await.unwrap();
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap()["AddressChanged"]["address"].clone();
    rows.iter().map(|row| (row.get(0), read(row.get(1)))).collect()
}

async fn opened(world: &World, sealed: &Value) -> Value {
    let sealed: Sealed = serde_json::from_value(sealed.clone()).unwrap();
    serde_json::from_slice(&world.keys.open(&tenant("shop"), &sealed).await.unwrap()).unwrap()
}

/// What a view shows of an address: all of the body but these two.
fn shown(mut body: Value) -> Value {
    body.as_object_mut().unwrap().retain(|field, _| field != "kind" && field != "country");
    body
}

#[tokio::test]
async fn contact_is_sealed_apart_and_only_where_there_is_any() {
    let world = World::new().await;
    let path = world.draft("c-1").await;
    let mut body = address();
    body["phone"] = json!("+44 20 7946 0000");
    world.put(&format!("{path}/address"), &body).send().await.assert(200);
    let again = world.put(&format!("{path}/address"), &body).send().await.assert(200);
    assert_eq!(again.body["eventIds"], json!([]), "the same address changes nothing");

    let addresses = stored(&world, &path).await;
    let (version, written) = &addresses[0];
    assert_eq!((addresses.len(), &**version), (1, "1.1"));
    let details = opened(&world, &written["details"]).await;
    assert_eq!((&details["city"], &details["phone"], &details["email"]), (&body["city"], &Value::Null, &Value::Null));
    let contact = opened(&world, &written["contact"]).await;
    assert_eq!(contact, json!({"phone": body["phone"], "email": body["email"]}));
    assert_eq!(written["contact"]["subject"], "customer:c-1");
    let view = world.get(&path).send().await.assert(200);
    assert_eq!(view.body["shippingAddress"]["details"], shown(body.clone()));

    // Another contact is another address.
    body["email"] = json!("b@example.org");
    world.put(&format!("{path}/address"), &body).send().await.assert(200);
    let view = world.get(&path).send().await.assert(200);
    assert_eq!(view.body["shippingAddress"]["details"], shown(body.clone()));

    body.as_object_mut().unwrap().retain(|field, _| field != "phone" && field != "email");
    world.put(&format!("{path}/address"), &body).send().await.assert(200);
    let again = world.put(&format!("{path}/address"), &body).send().await.assert(200);
    assert_eq!(again.body["eventIds"], json!([]), "the same address changes nothing");
    let addresses = stored(&world, &path).await;
    assert_eq!((addresses.len(), addresses[2].1.get("contact")), (3, None));
    let view = world.get(&path).send().await.assert(200);
    assert_eq!(view.body["shippingAddress"]["details"], shown(body));
}

#[tokio::test]
async fn a_contact_that_was_sealed_within_the_details_reads_as_before() {
    let world = World::new().await;
    let path = world.ready("c-1").await;
    let subject = SubjectId::try_new("customer:c-1").unwrap();
    let document = shown(address()).to_string();
    let sealed = world.keys.seal(&tenant("shop"), &subject, document.as_bytes()).await.unwrap();
    // As a release stored it that knew no contact apart.
    let sql = "UPDATE events SET event_version = '1.0', payload = jsonb_set(payload::jsonb #- \
        '{AddressChanged,address,contact}', '{AddressChanged,address,details}', $2::text::jsonb)::json \
        WHERE aggregate_id = $1 AND event_type = 'AddressChanged'";
    let id = path.rsplit('/').next().unwrap();
    let details = serde_json::to_string(&sealed).unwrap();
    assert_eq!(world.orders.client().await.execute(sql, &[&id, &details]).await.unwrap(), 1);

    let later = world.twin().await;
    let view = world.get(&path).to(&later).send().await.assert(200);
    assert_eq!(view.body["shippingAddress"]["details"], shown(address()));
    let again = world.put(&format!("{path}/address"), &address()).to(&later).send().await.assert(200);
    assert_eq!(again.body["eventIds"], json!([]), "the same address changes nothing");
    world.post(&format!("{path}/place"), &json!({})).to(&later).send().await.assert(200);
    let view = world.get(&path).to(&later).send().await.assert(200);
    assert_eq!(view.body["shippingAddress"]["details"], shown(address()));

    world.keys.destroy(&tenant("shop"), &subject).await.unwrap();
    let view = world.get(&path).to(&later).send().await.assert(200);
    assert_eq!(view.body["shippingAddress"], json!({"country": "GB", "erased": true}));
}
