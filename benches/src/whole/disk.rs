//! The disk space that a stack uses.

use std::path::{Path, PathBuf};

use tokio_postgres::NoTls;

use super::variable;

/// Bytes of the three databases, and of the records in Kafka.
#[derive(Debug, Clone, Copy)]
pub struct Disk {
    /// Tables and indexes, without the write-ahead log.
    pub postgres: u64,
    /// Segments, without indexes, which are laid out ahead.
    pub kafka: u64,
}

impl Disk {
    /// Measures now.
    ///
    /// # Panics
    /// When the stack cannot be read.
    pub async fn now() -> Self {
        let url = variable("ORDERS_TEST_POSTGRES_URL");
        let (client, connection) = tokio_postgres::connect(&url, NoTls).await.expect("the stack's Postgres answers");
        let driver = tokio::spawn(connection);
        let statement = "SELECT sum(pg_database_size(datname))::bigint FROM pg_database \
                         WHERE datname IN ('orders', 'read', 'identity')";
        let bytes: i64 = client.query_one(statement, &[]).await.expect("sizes can be asked").get(0);
        driver.abort();
        let kafka = segments(&PathBuf::from(variable("ORDERS_STATE")).join("kafka"));
        Self { postgres: u64::try_from(bytes).expect("a size is not negative"), kafka }
    }
}

/// Orders of a tenant in the read models.
pub(super) async fn rows(tenant: &str) -> u64 {
    let url = variable("READ_DATABASE_URL");
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.expect("the read models answer");
    let driver = tokio::spawn(connection);
    // The stack is new, so the first generation is the live one.
    let statement = "SELECT count(*) FROM order_summary_g1.order_summary WHERE tenant = $1";
    let rows: i64 = client.query_one(statement, &[&tenant]).await.expect("orders can be counted").get(0);
    driver.abort();
    u64::try_from(rows).expect("a count is not negative")
}

/// Bytes of `*.log` in the folders of our topics.
fn segments(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let mut sum = 0;
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            sum += segments(&path);
        } else if path.extension().is_some_and(|extension| extension == "log")
            && path.parent().is_some_and(|parent| parent.to_string_lossy().contains("/orders."))
        {
            sum += entry.metadata().map_or(0, |metadata| metadata.len());
        }
    }
    sum
}
