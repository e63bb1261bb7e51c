//! postgres-es's own way to rebuild a view, as a contender: over the engine's own events.

use std::sync::Arc;
use std::time::Instant;

use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::{GenericQuery, QueryReplay};
use cqrs_es::{Aggregate, DomainEvent, EventEnvelope, View};
use domain::StoredEvent;
use domain::order::OrderEvent;
use postgres_es::{PostgresEventRepository, PostgresViewRepository};
use serde::{Deserialize, Serialize};
use service_kit::testing::TestDatabase;
use sqlx::PgPool;

use crate::history::{STEPS, fill};
use crate::sample::Exists;
use crate::stock::EVENTS_TABLE;

/// An event as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
struct Fact(OrderEvent);

impl DomainEvent for Fact {
    fn event_type(&self) -> String {
        self.0.event_type().to_owned()
    }

    fn event_version(&self) -> String {
        self.0.event_version().to_owned()
    }
}

/// An order that is only read.
#[derive(Debug, Default, Serialize, Deserialize)]
struct ReadOrder;

impl Aggregate for ReadOrder {
    const TYPE: &'static str = "order";
    type Command = ();
    type Event = Fact;
    type Error = Exists;
    type Services = ();

    async fn handle(&mut self, (): (), (): &(), _: &EventSink<Self>) -> Result<(), Exists> {
        Err(Exists)
    }

    fn apply(&mut self, _: Fact) {}
}

/// One row an order, with what a summary of it would show.
#[derive(Debug, Default, Serialize, Deserialize)]
struct OrderSummary {
    customer: Option<String>,
    number: Option<String>,
    state: String,
    lines: usize,
    total_minor: i64,
}

impl View<ReadOrder> for OrderSummary {
    fn update(&mut self, event: &EventEnvelope<ReadOrder>) {
        match &event.payload.0 {
            OrderEvent::OrderDrafted(drafted) => {
                self.customer = drafted.customer.as_ref().map(ToString::to_string);
                "DRAFT".clone_into(&mut self.state);
            }
            OrderEvent::LineAdded(_) => self.lines += 1,
            OrderEvent::OrderPlaced(placed) => {
                self.number = Some(placed.number.to_string());
                self.total_minor = placed.total.minor();
                "PLACED".clone_into(&mut self.state);
            }
            OrderEvent::OrderCancelled(_) => "CANCELLED".clone_into(&mut self.state),
            // The summary shows nothing of the others.
            _ => {}
        }
    }
}

/// A table of events as postgres-es reads it.
pub struct Replayed {
    database: TestDatabase,
    pool: PgPool,
    /// How many events it has.
    pub events: i64,
}

impl Replayed {
    pub async fn start(events: i64) -> Self {
        let database = TestDatabase::create().await;
        let client = database.client().await;
        client.batch_execute(EVENTS_TABLE).await.unwrap();
        let view = "CREATE TABLE order_view (view_id text NOT NULL, version bigint CHECK (version >= 0) NOT NULL,
            payload json NOT NULL, PRIMARY KEY (view_id))";
        client.batch_execute(view).await.unwrap();
        let events = fill(&client, events).await;
        let pool = PgPool::connect(database.url().expose()).await.unwrap();
        Self { database, pool, events }
    }

    /// Seconds to replay all events into one empty view.
    pub async fn replay(&self) -> f64 {
        let client = self.database.client().await;
        client.batch_execute("TRUNCATE order_view").await.unwrap();
        let views = PostgresViewRepository::<OrderSummary, ReadOrder>::new("order_view", self.pool.clone());
        let query = GenericQuery::<_, OrderSummary, ReadOrder>::new(Arc::new(views));
        let replay = QueryReplay::new(PostgresEventRepository::new(self.pool.clone()), query);
        let started = Instant::now();
        replay.replay_all().await.unwrap();
        let seconds = started.elapsed().as_secs_f64();
        // The replay reports success even when it has lost its connection half-way.
        let applied = client.query_one("SELECT sum(version)::bigint, count(*) FROM order_view", &[]).await.unwrap();
        assert_eq!((applied.get::<_, i64>(0), applied.get::<_, i64>(1)), (self.events, self.events / STEPS));
        seconds
    }
}
