//! Waiting until a statement is true.

use std::time::Duration;

use service_kit::poll::wait_until;
pub use service_kit::testing::PATIENCE;
use tokio_postgres::Client;

pub const LOOK: Duration = Duration::from_millis(10);

/// Waits until a statement that answers one boolean answers yes.
pub async fn holds(client: &Client, sql: &str) {
    let holds = async || client.query_one(sql, &[]).await.unwrap().get::<_, bool>(0);
    assert!(wait_until(PATIENCE, LOOK, holds).await.is_ok(), "never true: {sql}");
}
