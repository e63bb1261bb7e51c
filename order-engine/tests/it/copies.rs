//! Copies of a database's past, which take its place.

use service_kit::config::DatabaseUrl;
use service_kit::poll::wait_until;
use service_kit::postgres::{ConnectOptions, connect};
use tokio_postgres::Client;

use crate::look::{LOOK, PATIENCE};
use crate::stack::Stack;

/// A database with a copy of how it was.
pub struct Copies {
    server: Client,
    name: &'static str,
}

impl Copies {
    pub async fn of(stack: &Stack, name: &'static str) -> Self {
        let server = DatabaseUrl::new("ORDERS_TEST_POSTGRES_URL", stack.variables["ORDERS_TEST_POSTGRES_URL"].clone());
        Self { server: connect(&server, &ConnectOptions::named("test")).await.unwrap(), name }
    }

    /// Copies it as it is now, once nobody uses it.
    pub async fn take(&self) {
        let name = self.name;
        self.unused().await;
        self.server.batch_execute(&format!("CREATE DATABASE earlier TEMPLATE {name} OWNER {name}")).await.unwrap();
    }

    /// Puts the copy in its place, and keeps what was there.
    pub async fn put_back_earlier(&self) {
        self.exchange("newest", "earlier").await;
    }

    /// Puts what was there before the copy in its place again.
    pub async fn put_back_newest(&self) {
        self.exchange("earlier", "newest").await;
    }

    async fn exchange(&self, keep_as: &str, with: &str) {
        let name = self.name;
        self.unused().await;
        for (from, to) in [(name, keep_as), (with, name)] {
            self.server.batch_execute(&format!("ALTER DATABASE {from} RENAME TO {to}")).await.unwrap();
        }
    }

    async fn unused(&self) {
        let used = "SELECT 1 FROM pg_stat_activity WHERE datname = $1";
        let unused = async || self.server.query(used, &[&self.name]).await.unwrap().is_empty();
        wait_until(PATIENCE, LOOK, unused).await.unwrap();
    }
}
