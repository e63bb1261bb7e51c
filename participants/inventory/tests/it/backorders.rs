//! Goods that come in are set aside for those who were promised them first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::contract::{Facts, Position, PublicEvents, Published};
use domain::stock::StockEvent;
use domain::stock::contract::PublicEvent;
use domain::{LocationId, ReservationId, Sku, StockId, TenantId};
use event_store::StreamId;
use inventory::backorders;
use inventory::reservation::{Asked, AskedBy};
use messaging::testing::{TestTopic, brokers, registry, unique};
use messaging::{EncodedRecord, OutgoingRecord};
use request_kit::{RequestOptions, RequestService};
use serde_json::{Value, json};
use service_kit::poll::wait_until;
use service_kit::testing::PATIENCE;
use tokio_util::sync::CancellationToken;

use crate::world::{World, asked_by, is_granted, reservation_id, reserve};

const LOOK: Duration = Duration::from_millis(20);

/// A shop that allows backorder, whose events of stock are published by hand.
struct Shop {
    world: World,
    topic: TestTopic,
    /// How much of each stream has been published.
    published: Mutex<HashMap<String, i64>>,
    services: Vec<Arc<RequestService>>,
    stop: CancellationToken,
}

impl Shop {
    /// With two processes that learn of each event.
    async fn open() -> Self {
        let world = World::new().await;
        let topic = TestTopic::create(2).await;
        let stop = CancellationToken::new();
        let mut services = Vec::new();
        for inventory in [world.inventory.clone(), world.twin().await] {
            let (group, pool) = (unique("backorders"), world.database.pool());
            request_kit::begin(&pool, &brokers(), &group, &[&topic.name]).await.unwrap();
            let source = backorders::source(inventory, pool.clone(), registry(), &topic.name);
            let service = Arc::new(RequestService::new(RequestOptions::new(&brokers(), &group), [source], pool));
            services.push(Arc::clone(&service));
            let stopping = stop.clone();
            tokio::spawn(async move { service.run(stopping).await });
        }
        for sku in ["tea", "cup"] {
            let body = json!({"location": "zrh-1", "sku": sku, "allowsBackorder": true});
            world.post("/v1/stock/items", &body).await.assert(200);
        }
        Self { world, topic, published: Mutex::default(), services, stop }
    }

    async fn waits(&self, wanted: &[(&str, u32)]) -> (ReservationId, AskedBy) {
        let (id, by) = (reservation_id(), asked_by("shop"));
        let asked = reserve(wanted, self.world.in_seconds(3600));
        assert!(is_granted(&self.world.inventory.answer(id, &asked, &by).await));
        (id, by)
    }

    /// Publishes what the streams of stock have that was not published yet, until nothing more comes of it.
    async fn is_told(&self) {
        loop {
            let records = self.unpublished().await;
            if records.is_empty() {
                return;
            }
            let before: Vec<_> = self.services.iter().map(|service| service.counts().consumed).collect();
            let count = records.len() as u64;
            self.topic.produce(records).await;
            for (service, before) in self.services.iter().zip(before) {
                wait_until(PATIENCE, LOOK, async || service.counts().consumed >= before + count).await.unwrap();
            }
        }
    }

    async fn unpublished(&self) -> Vec<EncodedRecord> {
        let encoder = self.topic.encoder_of::<PublicEvent>().await;
        let (tenant, location) = (TenantId::try_new("shop").unwrap(), LocationId::try_new("zrh-1").unwrap());
        let mut records = Vec::new();
        for sku in ["tea", "cup"] {
            let id = StockId::of(&tenant, &location, &Sku::try_new(sku).unwrap());
            let after = self.published.lock().unwrap().get(sku).copied().unwrap_or(0);
            for row in self.world.store.read_stream(&StreamId::new("stock", &id.to_string()), after).await.unwrap() {
                self.published.lock().unwrap().insert(sku.to_owned(), row.version);
                let stored: StockEvent = serde_json::from_str(&row.payload).unwrap();
                let facts = Facts { id, version: row.version, tenant: tenant.clone() };
                let published = Published {
                    event: PublicEvent::publish(&facts, &stored),
                    event_id: row.event_id,
                    position: Position { shard: 0, position: row.version },
                    recorded_at: row.recorded_at,
                    correlation_id: None,
                    causation_id: None,
                    traceparent: None,
                };
                records.push(encoder.encode(&OutgoingRecord { published, payload_hash: [0; 32] }).unwrap());
            }
        }
        records
    }

    /// What a reservation has backordered of each SKU it waits for.
    async fn backordered(&self, id: ReservationId) -> Vec<(String, u64)> {
        let view = self.world.get(&format!("/v1/reservations/{id}")).await.assert(200).body;
        let lines = view["lines"].as_array().unwrap().iter();
        let of = |line: &Value| (line["sku"].as_str().unwrap().to_owned(), line["backordered"].as_u64().unwrap());
        lines.map(of).filter(|(_, pieces)| *pieces > 0).collect()
    }

    async fn waiting_rows(&self) -> i64 {
        let client = self.world.database.pool().get().await.unwrap();
        client.query_one("SELECT count(*) FROM backorders", &[]).await.unwrap().get(0)
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn goods_that_come_in_go_to_those_who_wait_longest() {
    let shop = Shop::open().await;
    let (first, _) = shop.waits(&[("tea", 4)]).await;
    let (given_up, by) = shop.waits(&[("tea", 9)]).await;
    let (second, _) = shop.waits(&[("tea", 3), ("cup", 1)]).await;
    let (third, _) = shop.waits(&[("cup", 2)]).await;
    shop.is_told().await;
    let release = AskedBy { request: asked_by("shop").request, ..by };
    shop.world.inventory.answer(given_up, &Asked::Release, &release).await.unwrap();

    shop.world.receive("tea", 5).await;
    shop.is_told().await;
    assert_eq!(shop.backordered(first).await, []);
    assert_eq!(shop.backordered(second).await, [("cup".to_owned(), 1), ("tea".to_owned(), 2)]);
    assert_eq!(shop.world.level("tea").await, [5, 7, 0]);

    shop.world.receive("cup", 2).await;
    shop.world.receive("tea", 4).await;
    shop.is_told().await;
    assert_eq!(shop.backordered(second).await, []);
    assert_eq!(shop.backordered(third).await, [("cup".to_owned(), 1)], "whoever came first is not passed");
    assert_eq!(shop.world.level("tea").await, [9, 7, 2]);
    assert_eq!(shop.waiting_rows().await, 1, "of the one that still waits");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_in_before_the_promise_is_heard_of_is_set_aside_all_the_same() {
    let shop = Shop::open().await;
    let (id, _) = shop.waits(&[("tea", 4)]).await;
    shop.world.receive("tea", 6).await;
    assert_eq!(shop.backordered(id).await, [("tea".to_owned(), 4)], "nobody has been told");
    shop.is_told().await;
    assert_eq!(shop.backordered(id).await, []);
    assert_eq!(shop.world.level("tea").await, [6, 4, 2]);
}
