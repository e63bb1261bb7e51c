//! A store that grows to millions of events, and what each operation costs at each size.
//!
//! Guarantees: tables, indexes and constraints are the schema's own, filled by the server itself; what is measured goes through
//! the real appender, sequencer, reader and relay. Does not: stand for a slow disk or for many machines.

pub mod fill;
pub mod measure;
pub mod orders;
pub mod relaying;
pub mod settings;
pub mod soak;
pub mod space;

use std::fmt::Display;
use std::sync::Arc;

use domain::order::Order;
use event_store::{CommandBus, Sequencer, Store, StoreOptions, migrations};
use service_kit::clock::SystemIds;
use service_kit::testing::TestDatabase;
use tokio_postgres::Client;
use tokio_util::sync::CancellationToken;

/// A log of its own, dropped at the end.
pub struct Scale {
    pub database: TestDatabase,
    pub store: Store,
    pub bus: Arc<CommandBus<Order>>,
    pub client: Client,
}

impl Scale {
    pub async fn start() -> Self {
        let database = TestDatabase::migrated(migrations()).await;
        let store = Store::open(database.url(), StoreOptions::default()).await.unwrap();
        let bus = Arc::new(CommandBus::new(store.clone(), Arc::new(SystemIds)));
        let client = database.client().await;
        // A bulk statement takes as long as it takes, and it queues no rows: it gives their positions itself.
        client.batch_execute("SET statement_timeout = 0; SET orders.appender = 'on'").await.unwrap();
        Self { database, store, bus, client }
    }

    /// Gives positions until the token is cancelled.
    pub fn sequence(&self) -> CancellationToken {
        let stop = CancellationToken::new();
        let (sequencer, _) = Sequencer::new(self.store.clone(), self.database.url().clone(), 0);
        tokio::spawn(sequencer.run(stop.clone()));
        stop
    }
}

/// One figure, as the readers of these figures expect it.
pub fn tell(name: &str, value: impl Display) {
    println!("{name}={value}");
}
