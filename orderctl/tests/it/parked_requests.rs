//! `requests` over parked requests to inventory, which its own code handles.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::reservation::requests::{InventoryRequest, REQUESTS_TOPIC, ReleaseReservation};
use domain::{OrderId, ReservationId};
use messaging::IncomingRecord;
use messaging::testing::TestTopic;
use order_engine::logs;
use serde_json::{Value, json};
use service_kit::clock::{Ids, SystemIds};
use service_kit::config::Variables;
use service_kit::testing::TestDatabase;
use tokio_postgres::Client;

use crate::program::{Ended, orderctl_on};

/// A log with parked requests, in the order in which they were parked.
struct World {
    database: TestDatabase,
    client: Client,
    group: &'static str,
}

impl World {
    async fn new() -> Self {
        let database = TestDatabase::migrated(event_store::migrations()).await.and(request_kit::migrations()).await;
        let client = database.client().await;
        let variables = Variables::from_pairs([("ORDERS_DATABASE_URL", database.url().expose())]);
        let logs = logs(&variables).unwrap();
        let is_of_inventory = |(_, topics): &&(_, &[&str])| *topics == [REQUESTS_TOPIC];
        let (group, _) = logs.iter().find_map(|log| log.groups().find(is_of_inventory)).unwrap();
        Self { database, client, group }
    }

    /// Parks a record of a key; returns its number.
    async fn park(&self, key: &str, value: &[u8], headers: &Value) -> i64 {
        let parked_key = "INSERT INTO public.parked_request_keys (group_name, topic, partition, key) \
             VALUES ($1, $2, 0, $3) ON CONFLICT DO NOTHING";
        self.client.execute(parked_key, &[&self.group, &REQUESTS_TOPIC, &key.as_bytes()]).await.unwrap();
        let parked = "INSERT INTO public.parked_requests \
             (group_name, topic, partition, \"offset\", key, has_key, reason, record, headers) \
             SELECT $1, $2, 0, count(*), $3, true, 'a test', $4, $5 FROM public.parked_requests RETURNING id";
        let row =
            self.client.query_one(parked, &[&self.group, &REQUESTS_TOPIC, &key.as_bytes(), &value, headers]).await;
        row.unwrap().get(0)
    }

    async fn park_record(&self, record: &IncomingRecord) -> i64 {
        let headers =
            record.headers.iter().map(|(name, value)| json!([name, value.map(|value| STANDARD.encode(value))]));
        let key = String::from_utf8(record.key.clone().unwrap()).unwrap();
        self.park(&key, record.value.as_deref().unwrap(), &headers.collect()).await
    }

    async fn orderctl(&self, line: &str) -> Ended {
        orderctl_on(&self.database, &line.split(' ').collect::<Vec<_>>()).await
    }

    /// The types of the events of a reservation.
    async fn events(&self, id: &str) -> Vec<String> {
        let select = "SELECT event_type FROM events WHERE aggregate_id = $1 ORDER BY sequence";
        self.client.query(select, &[&id]).await.unwrap().iter().map(|row| row.get(0)).collect()
    }
}

/// Requests to give back one reservation each, as they come from a topic.
async fn releases(ids: &[String]) -> Vec<IncomingRecord> {
    let topic = TestTopic::create(1).await;
    let encoder = topic.encoder_of::<InventoryRequest>().await;
    for reservation_id in ids.iter().cloned() {
        let order_id = OrderId::new(SystemIds.ordered()).to_string();
        topic
            .ask(&encoder, InventoryRequest::ReleaseReservation(ReleaseReservation { reservation_id, order_id }))
            .await;
    }
    topic.read_all().await
}

#[tokio::test]
async fn parked_requests_are_handled_again_in_order_or_discarded() {
    let world = World::new().await;
    let ids = [(); 2].map(|()| ReservationId::new(SystemIds.ordered()).to_string());
    let records = releases(&ids).await;
    let unreadable = world.park(&ids[0], b"no Avro at all", &json!([])).await;
    world.park_record(&records[0]).await;
    let alone = world.park_record(&records[1]).await;

    let listed = world.orderctl("requests parked --json").await.json();
    let of = |field: &str| listed.as_array().unwrap().iter().map(|one| one[field].clone()).collect::<Vec<_>>();
    assert_eq!(of("key"), [&*ids[0], &*ids[0], &*ids[1]]);
    assert_eq!(of("group"), [world.group; 3]);
    assert_eq!(listed[1]["recordBase64"], STANDARD.encode(records[0].value.as_deref().unwrap()));
    assert!(listed[1]["headers"]["ce_id"].is_string(), "{listed:#}");
    let text = world.orderctl("requests parked").await.output;
    assert!(text.contains("a test") && text.ends_with("3 parked\n"), "{text}");

    // The unreadable one is first, and nothing behind it is handled.
    let blocked = world.orderctl(&format!("requests redrive --key {}", ids[0])).await;
    assert!(blocked.code == Some(1) && blocked.output.contains("handled 0"), "{blocked:?}");
    assert!(blocked.output.contains("stays parked"), "{blocked:?}");
    assert_eq!(world.events(&ids[0]).await, Vec::<String>::new());

    let given_up = world.orderctl(&format!("requests discard {unreadable} --reason garbage")).await;
    assert_eq!(given_up.code, Some(0), "{given_up:?}");
    let why = "SELECT why FROM public.discarded_requests";
    assert_eq!(world.client.query_one(why, &[]).await.unwrap().get::<_, String>(0), "garbage");
    let freed = world.orderctl(&format!("requests redrive --key {} --group {}", ids[0], world.group)).await;
    assert!(freed.code == Some(0) && freed.output.contains("handled 1"), "{freed:?}");
    assert_eq!(world.orderctl(&format!("requests redrive {alone}")).await.code, Some(0));
    for id in &ids {
        assert_eq!(world.events(id).await, ["ReservationReleased"]);
    }
    assert_eq!(world.orderctl("requests parked").await.output, "0 parked\n");
    let keys = world.client.query_one("SELECT count(*) FROM public.parked_request_keys", &[]).await.unwrap();
    assert_eq!(keys.get::<_, i64>(0), 0);
}

#[tokio::test]
async fn what_is_not_parked_or_of_no_group_is_an_error_and_stays() {
    let world = World::new().await;
    for line in ["requests redrive 7", "requests redrive --key x", "requests discard 7 --reason none"] {
        let ended = world.orderctl(line).await;
        assert!(ended.code == Some(1) && ended.errors.contains("no such request is parked"), "{line}: {ended:?}");
    }
    let stranger = World { group: "stranger", ..world };
    let id = stranger.park("k", b"x", &json!([])).await;
    let ended = stranger.orderctl(&format!("requests redrive {id}")).await;
    assert!(ended.code == Some(1) && ended.errors.contains("no group stranger of this release"), "{ended:?}");
    assert_eq!(stranger.orderctl("requests discard 1 --reason old").await.code, Some(0));
}
