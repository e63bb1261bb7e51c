//! This engine's store as a contender.

use std::sync::Arc;
use std::time::Duration;

use domain::{Decider, TenantId};
use event_store::{
    CommandBus, Execution, Expectation, Idempotency, Metadata, Outcome, Sequencer, Store, StoreOptions, migrations,
};
use service_kit::clock::SystemIds;
use service_kit::poll::wait_until;
use service_kit::testing::TestDatabase;
use tokio_util::sync::CancellationToken;

use crate::sample::SampleOrder;

pub struct Ours {
    pub database: TestDatabase,
    pub store: Store,
    pub bus: Arc<CommandBus<SampleOrder>>,
    stop: CancellationToken,
}

impl Ours {
    /// A fresh log with its sequencer running.
    pub async fn start() -> Self {
        let database = TestDatabase::migrated(migrations()).await;
        let store = Store::open(database.url(), StoreOptions::default()).await.unwrap();
        let stop = CancellationToken::new();
        let (sequencer, _) = Sequencer::new(store.clone(), database.url().clone(), 0);
        tokio::spawn(sequencer.run(stop.clone()));
        let bus = Arc::new(CommandBus::new(store.clone(), Arc::new(SystemIds)));
        Self { database, store, bus, stop }
    }

    /// Waits until every stored event has its position.
    pub async fn drained(&self) {
        let wait = wait_until(Duration::from_secs(120), Duration::from_millis(5), async || {
            self.store.unsequenced().await.unwrap() == 0
        });
        wait.await.unwrap();
    }

    pub async fn events(&self) -> u64 {
        let row = self.database.client().await.query_one("SELECT count(*) FROM events", &[]).await.unwrap();
        u64::try_from(row.get::<_, i64>(0)).unwrap()
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// The fingerprint of every order's request.
pub const FINGERPRINT: [u8; 32] = [7; 32];

/// The metadata of an order's event.
pub fn metadata(id: &str) -> Metadata {
    Metadata {
        correlation_id: Some(id.to_owned()),
        causation_id: None,
        traceparent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned()),
        principal: Some("clerk".to_owned()),
    }
}

/// Places one new order with idempotency, metadata and sequencing rows.
pub async fn place(bus: &CommandBus<SampleOrder>, id: &str) -> bool {
    let decide = |_: i64, state: &_| SampleOrder::decide(state, id.to_owned());
    let outcome = bus.execute(Execution {
        id,
        tenant: TenantId::try_new("shop").unwrap(),
        metadata: metadata(id),
        expects: Expectation::New,
        idempotency: Some(Idempotency {
            scope: "shop/clerk/POST /v1/orders".to_owned(),
            key: id.to_owned(),
            fingerprint: FINGERPRINT.to_vec(),
        }),
        decide: &decide,
        claims: &|_, _| None,
        answer: &|result| result.ok().map(|decided| format!("{{\"status\":201,\"version\":{}}}", decided.version)),
    });
    matches!(outcome.await, Ok(Outcome::Done(_)))
}
