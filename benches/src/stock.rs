//! Stock postgres-es under `CqrsFramework` as a contender.

use cqrs_es::{Aggregate, DomainEvent, event_sink::EventSink};
use domain::StoredEvent;
use postgres_es::{PostgresCqrs, postgres_cqrs};
use serde::{Deserialize, Serialize};
use service_kit::testing::TestDatabase;
use sqlx::postgres::PgPoolOptions;

use crate::sample::{Exists, SampleEvent, placed};

impl DomainEvent for SampleEvent {
    fn event_type(&self) -> String {
        StoredEvent::event_type(self).to_owned()
    }

    fn event_version(&self) -> String {
        StoredEvent::event_version(self).to_owned()
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct StockOrder {
    placed: bool,
}

impl Aggregate for StockOrder {
    const TYPE: &'static str = "order";
    type Command = String;
    type Event = SampleEvent;
    type Error = Exists;
    type Services = ();

    async fn handle(&mut self, id: String, (): &(), sink: &EventSink<Self>) -> Result<(), Exists> {
        if self.placed {
            return Err(Exists);
        }
        sink.write(placed(&id), self).await;
        Ok(())
    }

    fn apply(&mut self, _: SampleEvent) {
        self.placed = true;
    }
}

/// The table as postgres-es documents it.
pub const EVENTS_TABLE: &str = "CREATE TABLE events (aggregate_type text NOT NULL, aggregate_id text NOT NULL,
    sequence bigint CHECK (sequence >= 0) NOT NULL, event_type text NOT NULL, event_version text NOT NULL,
    payload json NOT NULL, metadata json NOT NULL, PRIMARY KEY (aggregate_type, aggregate_id, sequence))";

pub struct Stock {
    pub database: TestDatabase,
    pub cqrs: PostgresCqrs<StockOrder>,
}

impl Stock {
    /// A fresh table and a pool of as many connections as there are writers.
    pub async fn start(writers: u32) -> Self {
        let database = TestDatabase::create().await;
        database.client().await.batch_execute(EVENTS_TABLE).await.unwrap();
        let pool = PgPoolOptions::new().max_connections(writers).min_connections(writers);
        let pool = pool.connect(database.url().expose()).await.unwrap();
        Self { database, cqrs: postgres_cqrs(pool, vec![], ()) }
    }
}
