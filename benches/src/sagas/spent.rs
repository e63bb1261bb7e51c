//! What sagas cost: processor time by who spent it, and statements by `pg_stat_statements`.

use std::collections::HashMap;

use tokio_postgres::{Client, NoTls};

use crate::reads::processes::{self, part, process_us};
use crate::whole::variable;

/// How many of the statements that take most of the server's time are printed.
const STATEMENTS_SHOWN: usize = 25;
/// How much of a statement's text is.
const TEXT_CHARS: usize = 90;

/// Readings until a moment.
#[derive(Debug, Clone)]
pub struct Spent {
    /// Microseconds of the engine.
    pub engine_us: f64,
    pub postgres_us: f64,
    pub broker_us: f64,
    /// Of this process: buyers, warehouse, payment provider and the reader of the topic.
    pub own_us: f64,
    pub statements: f64,
    pub commits: f64,
    /// By text: how often it was executed, and for how many milliseconds.
    by_text: HashMap<String, (f64, f64)>,
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
        let statement =
            "SELECT query, sum(calls)::float8, sum(total_exec_time)::float8 FROM pg_stat_statements GROUP BY query";
        let rows = self.0.query(statement, &[]).await.unwrap();
        let by_text = rows.iter().map(|row| (row.get(0), (row.get(1), row.get(2)))).collect();
        let processes::Spent { server_us, postgres_us, own_us, .. } = processes::Spent::now(Some(engine));
        let broker_us = process_us(part("kafka"));
        let (statements, commits) = (row.get(0), row.get(1));
        Spent { engine_us: server_us, postgres_us, broker_us, own_us, statements, commits, by_text }
    }
}

impl Spent {
    /// Prints what was spent since for each of a number of sagas.
    pub fn print_per_saga(&self, before: &Self, sagas: usize) {
        let each = |after: f64, before: f64| (after - before) / sagas.max(1) as f64;
        println!("engine_cpu_us_per_saga={:.0}", each(self.engine_us, before.engine_us));
        println!("postgres_cpu_us_per_saga={:.0}", each(self.postgres_us, before.postgres_us));
        println!("broker_cpu_us_per_saga={:.0}", each(self.broker_us, before.broker_us));
        println!("customers_and_provider_cpu_us_per_saga={:.0}", each(self.own_us, before.own_us));
        println!("statements_per_saga={:.1}", each(self.statements, before.statements));
        println!("commits_per_saga={:.1}", each(self.commits, before.commits));
        let since = |(text, (calls, ms)): (&String, &(f64, f64))| {
            let (calls_before, ms_before) = before.by_text.get(text).copied().unwrap_or_default();
            (each(*ms, ms_before) * 1e3, each(*calls, calls_before), text.clone())
        };
        let mut by_time: Vec<_> = self.by_text.iter().map(since).collect();
        by_time.sort_by(|one, other| other.0.total_cmp(&one.0));
        for (us, calls, text) in by_time.iter().take(STATEMENTS_SHOWN) {
            let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(TEXT_CHARS).collect();
            println!("statement: {us:6.0} us and {calls:5.2} executions a saga: {text}");
        }
    }
}
