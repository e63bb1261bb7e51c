//! Stock cqrs-es and postgres-es programs on this store.

use std::collections::HashMap;
use std::sync::Arc;

use cqrs_es::CqrsFramework;
use cqrs_es::persist::PersistedEventRepository;
use domain::order::{Order, OrderCommand, OrderEvent};
use domain::{Currency, LineId, Quantity, Sku, UnitPrice, order::AddLine};
use event_store::cqrs::{CqrsEventStore, DeciderAggregate};
use event_store::{Sequencer, StreamId};
use postgres_es::{PostgresEventRepository, postgres_cqrs};
use service_kit::clock::{Ids, SystemIds};
use service_kit::poll::wait_until;
use sqlx::postgres::PgPoolOptions;
use tokio_util::sync::CancellationToken;

use crate::support::{LOOK, PATIENCE, create_draft, database, new_id, now, open, tenant};

type Aggregate = DeciderAggregate<Order>;

fn add_line() -> OrderCommand {
    OrderCommand::AddLine(AddLine {
        line_id: LineId::new(SystemIds.ordered()),
        sku: Sku::try_new("85123A").unwrap(),
        description: None,
        quantity: Quantity::try_new(6).unwrap(),
        unit_price: UnitPrice::try_new("2.55").unwrap(),
        at: now(),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_programs_and_ours_read_and_write_the_same_streams() {
    let database = database().await;
    let store = open(&database).await;
    let stop = CancellationToken::new();
    let (sequencer, _head) = Sequencer::new(store.clone(), database.url().clone(), 0);
    tokio::spawn(sequencer.run(stop.clone()));
    let pool = PgPoolOptions::new().max_connections(2).connect(database.url().expose()).await.unwrap();
    let ours = CqrsFramework::<Aggregate, _>::new(
        CqrsEventStore::new(store.clone(), Arc::new(SystemIds), tenant()),
        vec![],
        (),
    );
    let stock = postgres_cqrs::<Aggregate>(pool.clone(), vec![], ());

    let id = new_id();
    let metadata = HashMap::from([("correlation_id".to_owned(), "c-1".to_owned())]);
    ours.execute_with_metadata(&id, create_draft(Currency::GBP), metadata.clone()).await.unwrap();
    stock.execute_with_metadata(&id, add_line(), metadata.clone()).await.unwrap();
    ours.execute(&id, add_line()).await.unwrap();
    stock.execute(&id, add_line()).await.unwrap();

    let read = PostgresEventRepository::new(pool).get_events::<Aggregate>(&id).await.unwrap();
    assert_eq!(read.iter().map(|event| event.sequence).collect::<Vec<_>>(), [1, 2, 3, 4]);
    let rows = store.read_stream(&StreamId::new("order", &id), 0).await.unwrap();
    for row in &rows {
        let event: OrderEvent = domain::upcast::decode(&row.event_type, &row.event_version, &row.payload).unwrap();
        assert_eq!(domain::StoredEvent::event_type(&event), row.event_type);
    }
    assert_eq!(event_store::Metadata::from_json(&rows[1].metadata).correlation_id.as_deref(), Some("c-1"));
    // The stock program's rows have positions like everybody's.
    wait_until(PATIENCE, LOOK, async || store.head(0).await.unwrap() == 4).await.unwrap();
    let log = store.read_log(0, 0, 10).await.unwrap();
    assert_eq!(log.rows.iter().map(|(_, row)| row.version).collect::<Vec<_>>(), [1, 2, 3, 4]);
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_framework_sees_a_conflict_as_its_own() {
    let database = database().await;
    let store = open(&database).await;
    let cqrs = CqrsEventStore::new(store, Arc::new(SystemIds), tenant());
    let id = new_id();
    let framework = CqrsFramework::<Aggregate, _>::new(cqrs.clone(), vec![], ());
    framework.execute(&id, create_draft(Currency::GBP)).await.unwrap();
    let repeat = framework.execute(&id, create_draft(Currency::EUR)).await.unwrap_err();
    assert!(matches!(repeat, cqrs_es::AggregateError::UserError(_)), "{repeat}");
    let context = cqrs_es::EventStore::<Aggregate>::load_aggregate(&cqrs, &id).await.unwrap();
    framework.execute(&id, add_line()).await.unwrap();
    let late = cqrs_es::EventStore::<Aggregate>::commit(
        &cqrs,
        vec![event_store::cqrs::DeciderEvent(drafted())],
        context,
        HashMap::new(),
    )
    .await;
    assert!(matches!(late, Err(cqrs_es::AggregateError::AggregateConflict)));
}

fn drafted() -> OrderEvent {
    use domain::Decider;
    Order::decide(&Order::initial(), create_draft(Currency::EUR)).unwrap().remove(0)
}
