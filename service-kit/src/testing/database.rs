//! A database of its own for every test.

use reqwest::Url;
use tokio_postgres::Client;

use crate::clock::{Ids, SystemIds};
use crate::config::DatabaseUrl;
use crate::postgres::{ConnectOptions, Migrations, Pool, connect, migrate, pool};

/// The variable with the URL of a server on which tests may create databases.
const VARIABLE: &str = "ORDERS_TEST_POSTGRES_URL";

/// Longest wait for a database to be dropped, in milliseconds.
const DROP_MS_MAX: u32 = 5_000;

/// A fresh database, dropped with this value even when the test fails.
#[derive(Debug)]
pub struct TestDatabase {
    server: DatabaseUrl,
    name: String,
    url: DatabaseUrl,
}

impl TestDatabase {
    /// Creates an empty database on the server that `ORDERS_TEST_POSTGRES_URL` names.
    ///
    /// # Panics
    /// Without that variable, or when the server does not answer.
    #[expect(clippy::disallowed_methods, reason = "tests are configured by the environment alone")]
    pub async fn create() -> Self {
        let server = std::env::var(VARIABLE).unwrap_or_else(|_| panic!("{VARIABLE} is not set; run `make test`"));
        let name = format!("test_{}", SystemIds.random().simple());
        let mut url = Url::parse(&server).unwrap_or_else(|error| panic!("{VARIABLE} is no URL: {error}"));
        url.set_path(&name);
        let server = DatabaseUrl::new(VARIABLE, server);
        on_server(&server)
            .await
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .await
            .expect("tests may make databases");
        Self { server, name, url: DatabaseUrl::new(VARIABLE, url) }
    }

    /// Creates a database and applies migrations to it.
    ///
    /// # Panics
    /// As [`TestDatabase::create`], and when a migration fails.
    pub async fn migrated(migrations: Migrations) -> Self {
        let database = Self::create().await;
        migrate(&database.url, migrations, |_| ()).await.expect("the migrations apply to an empty database");
        database
    }

    /// Applies the migrations of a further part.
    ///
    /// # Panics
    /// When a migration fails.
    pub async fn and(self, migrations: Migrations) -> Self {
        migrate(&self.url, migrations, |_| ()).await.expect("the migrations of a part apply beside those of others");
        self
    }

    /// The database's URL.
    pub const fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// A new small pool of connections to it.
    ///
    /// # Panics
    /// Never: the URL has been used before.
    pub fn pool(&self) -> Pool {
        let options = ConnectOptions { connections_max: 4, ..ConnectOptions::named("test") };
        pool(&self.url, &options).expect("the URL has been used before")
    }

    /// A new connection to it.
    ///
    /// # Panics
    /// When the server does not answer.
    pub async fn client(&self) -> Client {
        on_server(&self.url).await
    }
}

async fn on_server(url: &DatabaseUrl) -> Client {
    let options = ConnectOptions::named("test");
    connect(url, &options).await.unwrap_or_else(|error| panic!("{}", crate::errors::chain(&error)))
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let server = self.server.clone();
        let name = self.name.clone();
        // A thread with a runtime of its own, since the test's may be gone or may be this very thread.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let client = on_server(&server).await;
                let limit = client.batch_execute(&format!("SET statement_timeout = {DROP_MS_MAX}")).await;
                limit.map_err(std::io::Error::other)?;
                let dropped = client.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
                dropped.map_err(std::io::Error::other)
            })
        });
        // A server that is busy with other tests may fail to drop it, which is no failure of this test.
        if let Ok(Err(error)) = dropping.join() {
            eprintln!("database {} stays: {error}", self.name);
        }
    }
}
