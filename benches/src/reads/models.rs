//! The read models' tables: which generation is live, when they are vacuumed, and how large they are.

use std::collections::BTreeMap;
use std::time::Duration;

use read_models::generation::schema;
use read_models::{Generations, Model, ModelSet, Orders};
use service_kit::poll::wait_until;
use tokio_postgres::{Client, NoTls};

use crate::whole::variable;

/// How long vacuums may take.
const PATIENCE: Duration = Duration::from_secs(300);
const LOOK: Duration = Duration::from_millis(500);

/// The live generation of the read models.
pub struct Models {
    /// A session that finds the live tables by their plain names.
    pub client: Client,
    generations: Generations,
}

impl Models {
    /// Asks the database which generation is live.
    pub async fn live() -> Self {
        let client = connect("READ_DATABASE_URL").await;
        let generations = Generations::live(&client, &Orders::MODELS.all()).await.expect("the read models are made");
        generations.select(&client).await.expect("its schemas are there");
        Self { client, generations }
    }

    /// The Postgres schema of each model's table.
    pub fn schemas(&self) -> BTreeMap<&'static str, String> {
        let of = |model: Model| Some((model.name(), schema(model, self.generations.of(model)?)));
        Orders::MODELS.all().into_iter().filter_map(of).collect()
    }

    /// The search path with which statements find the live tables.
    pub fn search_path(&self) -> String {
        self.generations.search_path()
    }

    /// Vacuums and analyses everything that the import wrote, puts it to disk, and waits until no vacuum runs.
    pub async fn vacuumed(&self) {
        for database in ["READ_DATABASE_URL", "ORDERS_DATABASE_URL"] {
            connect(database).await.batch_execute("VACUUM (ANALYZE)").await.unwrap();
        }
        let admin = connect("ORDERS_TEST_POSTGRES_URL").await;
        admin.batch_execute("CHECKPOINT").await.unwrap();
        let quiet = wait_until(PATIENCE, LOOK, async || {
            let row = admin.query_one(include_str!("../../sql/reads/vacuums.sql"), &[]).await.unwrap();
            row.get::<_, i64>(0) == 0
        });
        quiet.await.expect("vacuums end");
    }

    /// Bytes on disk of the live tables with their indexes.
    pub async fn bytes(&self) -> f64 {
        let schemas: Vec<String> = self.schemas().into_values().collect();
        let row = self.client.query_one(include_str!("../../sql/reads/bytes.sql"), &[&schemas]).await.unwrap();
        row.get::<_, i64>(0) as f64
    }
}

/// A session at the address that a variable holds.
async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(&variable(url), NoTls).await.expect("Postgres answers");
    tokio::spawn(connection);
    client
}
