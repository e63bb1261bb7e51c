//! A log full of real orders.

use std::sync::Arc;
use std::time::Duration;

use domain::order::{ImportLine, ImportOrder, Order, OrderCommand, OrderKind};
use domain::{
    CountryCode, Currency, CustomerId, Decider, ExternalReference, ImportSource, OrderId, OrderNumber, Quantity, Sku,
    TenantId, Timestamp, UnitPrice,
};
use event_store::{CommandBus, Execution, Expectation, Outcome, Sequencer, Store, StoreOptions, migrations};
use futures::StreamExt;
use service_kit::clock::{Ids, SystemIds};
use service_kit::poll::wait_until;
use service_kit::testing::TestDatabase;
use tokio_util::sync::CancellationToken;

use crate::ours::metadata;

/// Orders on their way at once.
const IN_FLIGHT: usize = 256;

/// An imported order of two lines.
pub fn import(number: i64) -> (OrderId, OrderCommand) {
    let order_id = OrderId::new(SystemIds.ordered());
    let line = |sku: &str, quantity, price| ImportLine {
        sku: Sku::try_new(sku).unwrap(),
        description: None,
        quantity: Quantity::try_new(quantity).unwrap(),
        unit_price: UnitPrice::try_new(price).unwrap(),
    };
    let at = Timestamp::try_from_micros(1_291_191_960_000_000).unwrap();
    let command = OrderCommand::ImportOrder(ImportOrder {
        order_id,
        tenant: TenantId::try_new("shop").unwrap(),
        source: ImportSource::try_new("bench").unwrap(),
        reference: ExternalReference::try_new(number.to_string()).unwrap(),
        number: OrderNumber::try_new(number.to_string()).unwrap(),
        kind: OrderKind::Sale,
        credit_of: None,
        customer: Some(CustomerId::try_new((number % 2_000).to_string()).unwrap()),
        country: Some(CountryCode::try_new("GB").unwrap()),
        currency: Currency::GBP,
        lines: vec![line("85123A", 6, "2.55"), line("71053", 6, "3.39")],
        placed_at: at,
        is_update: false,
        at,
    });
    (order_id, command)
}

/// A log of imported orders, one event each, all with positions.
pub async fn filled_log(events: i64) -> (TestDatabase, Store) {
    let database = TestDatabase::migrated(migrations()).await;
    let store = Store::open(database.url(), StoreOptions::default()).await.unwrap();
    let stop = CancellationToken::new();
    let (sequencer, _) = Sequencer::new(store.clone(), database.url().clone(), 0);
    tokio::spawn(sequencer.run(stop.clone()));
    let bus: CommandBus<Order> = CommandBus::new(store.clone(), Arc::new(SystemIds));
    futures::stream::iter(0..events).for_each_concurrent(IN_FLIGHT, |number| store_one(&bus, number)).await;
    let placed = wait_until(Duration::from_secs(120), Duration::from_millis(20), async || {
        store.head(0).await.unwrap() == events
    });
    placed.await.unwrap();
    stop.cancel();
    (database, store)
}

async fn store_one(bus: &CommandBus<Order>, number: i64) {
    let (id, command) = import(number);
    let id = id.to_string();
    let decide = |_: i64, state: &_| Order::decide(state, command.clone());
    let outcome = bus.execute(Execution {
        id: &id,
        tenant: TenantId::try_new("shop").unwrap(),
        metadata: metadata(&id),
        expects: Expectation::New,
        idempotency: None,
        decide: &decide,
        claims: &|_, _| None,
        answer: &|_| None,
    });
    assert!(matches!(outcome.await, Ok(Outcome::Done(_))));
}
