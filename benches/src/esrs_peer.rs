//! esrs as a contender: the fastest of the event stores for Rust at appending.

use esrs::manager::AggregateManager;
use esrs::store::postgres::{PgStore, PgStoreBuilder};
use esrs::{Aggregate, AggregateState};
use service_kit::testing::TestDatabase;
use sqlx::postgres::PgPoolOptions;
use uuid::Uuid;

use crate::sample::{Exists, SampleEvent, placed};

pub struct EsrsOrder;

impl Aggregate for EsrsOrder {
    const NAME: &'static str = "order";
    type State = bool;
    type Command = String;
    type Event = SampleEvent;
    type Error = Exists;

    fn handle_command(state: &bool, id: String) -> Result<Vec<SampleEvent>, Exists> {
        if *state { Err(Exists) } else { Ok(vec![placed(&id)]) }
    }

    fn apply_event(_: bool, _: SampleEvent) -> bool {
        true
    }
}

pub struct Esrs {
    pub database: TestDatabase,
    manager: AggregateManager<PgStore<EsrsOrder>>,
}

impl Esrs {
    /// A fresh table as esrs makes it, and a pool of as many connections as there are writers.
    pub async fn start(writers: u32) -> Self {
        let database = TestDatabase::create().await;
        let pool = PgPoolOptions::new().max_connections(writers).min_connections(writers);
        let pool = pool.connect(database.url().expose()).await.unwrap();
        let store = PgStoreBuilder::new(pool).try_build().await.unwrap();
        Self { database, manager: AggregateManager::new(store) }
    }

    pub async fn place(&self, id: Uuid) -> bool {
        let placed = self.manager.handle_command(AggregateState::with_id(id), id.to_string()).await;
        matches!(placed, Ok(Ok(_)))
    }
}
