//! What sagas cost: processor time by who spent it, and statements by `pg_stat_statements`.

use tokio_postgres::{Client, NoTls};

use crate::reads::processes::{self, part, process_us};
use crate::whole::variable;

/// Readings until a moment.
#[derive(Debug, Clone, Copy)]
pub struct Spent {
    /// Microseconds of the engine.
    pub engine_us: f64,
    pub postgres_us: f64,
    pub broker_us: f64,
    /// Of this process: buyers, warehouse, payment provider and the reader of the topic.
    pub own_us: f64,
    pub statements: f64,
    pub commits: f64,
}

/// Who reads the server's counters.
pub struct Counters(Client);

impl Counters {
    /// Connects to the stack's Postgres, which was started to count statements.
    ///
    /// # Panics
    /// When it does not.
    pub async fn start() -> Self {
        let (client, connection) = tokio_postgres::connect(&variable("ORDERS_TEST_POSTGRES_URL"), NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements").await.unwrap();
        Self(client)
    }

    /// Reads them.
    pub async fn read(&self, engine: u32) -> Spent {
        let statement = "SELECT (SELECT sum(calls) FROM pg_stat_statements)::float8,
                                (SELECT sum(xact_commit) FROM pg_stat_database)::float8";
        let row = self.0.query_one(statement, &[]).await.unwrap();
        let processes::Spent { server_us, postgres_us, own_us, .. } = processes::Spent::now(Some(engine));
        let broker_us = process_us(part("kafka"));
        Spent { engine_us: server_us, postgres_us, broker_us, own_us, statements: row.get(0), commits: row.get(1) }
    }
}

impl Spent {
    /// Prints what was spent since for each of a number of sagas.
    pub fn print_per_saga(self, before: Self, sagas: usize) {
        let each = |after: f64, before: f64| (after - before) / sagas.max(1) as f64;
        println!("engine_cpu_us_per_saga={:.0}", each(self.engine_us, before.engine_us));
        println!("postgres_cpu_us_per_saga={:.0}", each(self.postgres_us, before.postgres_us));
        println!("broker_cpu_us_per_saga={:.0}", each(self.broker_us, before.broker_us));
        println!("customers_and_provider_cpu_us_per_saga={:.0}", each(self.own_us, before.own_us));
        println!("statements_per_saga={:.1}", each(self.statements, before.statements));
        println!("commits_per_saga={:.1}", each(self.commits, before.commits));
    }
}
