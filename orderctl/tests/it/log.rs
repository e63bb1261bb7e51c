//! A log that fills with imported orders.

use std::sync::Arc;

use domain::order::contract::Published;
use domain::order::{ImportLine, ImportOrder, Order, OrderCommand, OrderKind};
use domain::{
    Currency, CustomerId, Decider, ExternalReference, ImportSource, OrderId, OrderNumber, Quantity, Sku, TenantId,
    Timestamp, UnitPrice,
};
use event_store::{CommandBus, Execution, Expectation, Metadata, Outcome, Sequencer, Store, StoreOptions};
use order_engine::StoreLog;
use read_models::rebuild::Log as _;
use read_models::{Applier, Orders};
use service_kit::clock::{Ids, SystemIds};
use service_kit::poll::wait_until;
use service_kit::testing::TestDatabase;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::waits::{LOOK, PATIENCE};

/// A log of its own, with its sequencer.
pub struct Log {
    pub database: TestDatabase,
    pub store: Store,
    bus: CommandBus<Order>,
    _sequencing: DropGuard,
}

impl Log {
    pub async fn start() -> Self {
        let database = TestDatabase::migrated(event_store::migrations()).await;
        let store = Store::open(database.url(), StoreOptions::default()).await.unwrap();
        let stop = CancellationToken::new();
        let (sequencer, _) = Sequencer::new(store.clone(), database.url().clone(), 0);
        tokio::spawn(sequencer.run(stop.clone()));
        let bus = CommandBus::new(store.clone(), Arc::new(SystemIds));
        Self { database, store, bus, _sequencing: stop.drop_guard() }
    }

    /// Stores more orders of one event each; answers their events as the projector would get them.
    pub async fn import(&self, orders: i64) -> Vec<Published> {
        let before = self.store.head(0).await.unwrap();
        for number in before..before + orders {
            let id = OrderId::new(SystemIds.ordered());
            let stream = id.to_string();
            let command = import(id, number);
            let decide = |_: i64, state: &_| Order::decide(state, command.clone());
            let outcome = self.bus.execute(Execution {
                id: &stream,
                tenant: TenantId::try_new("shop").unwrap(),
                metadata: Metadata::default(),
                expects: Expectation::New,
                idempotency: None,
                decide: &decide,
                claims: &|_, _| None,
                answer: &|_| None,
            });
            assert!(matches!(outcome.await, Ok(Outcome::Done(_))));
        }
        let placed = async || self.store.head(0).await.unwrap() == before + orders;
        wait_until(PATIENCE, LOOK, placed).await.unwrap();
        StoreLog(self.store.clone()).page(0, before, orders).await.unwrap()
    }
}

/// Applies events to the live read models.
pub async fn apply(read: &TestDatabase, records: &[Published]) {
    let mut client = read.client().await;
    let applier = Applier::<Orders>::open(&client).await.unwrap();
    let transaction = client.transaction().await.unwrap();
    assert_eq!(applier.apply(&transaction, records).await.unwrap().applied, records.len());
    transaction.commit().await.unwrap();
}

fn import(order_id: OrderId, number: i64) -> OrderCommand {
    let at = Timestamp::try_from_micros(1_291_191_960_000_000).unwrap();
    OrderCommand::ImportOrder(ImportOrder {
        order_id,
        tenant: TenantId::try_new("shop").unwrap(),
        source: ImportSource::try_new("test").unwrap(),
        reference: ExternalReference::try_new(number.to_string()).unwrap(),
        number: OrderNumber::try_new(number.to_string()).unwrap(),
        kind: OrderKind::Sale,
        credit_of: None,
        customer: Some(CustomerId::try_new(format!("c{}", number % 3)).unwrap()),
        country: None,
        currency: Currency::GBP,
        lines: vec![ImportLine {
            sku: Sku::try_new(format!("SKU-{}", number % 5)).unwrap(),
            description: None,
            quantity: Quantity::try_new(6).unwrap(),
            unit_price: UnitPrice::try_new("2.55").unwrap(),
        }],
        placed_at: at,
        is_update: false,
        at,
    })
}
