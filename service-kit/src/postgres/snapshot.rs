//! Reading a database as it is at one moment.

use tokio_postgres::{Client, Error, IsolationLevel, Transaction};

/// A transaction that sees everything as it stands now, for as long as it lasts, and writes nothing. It may wait between statements for
/// longer than servers are often set to let a transaction be idle.
///
/// # Errors
/// When the database refuses.
pub async fn snapshot(client: &mut Client) -> Result<Transaction<'_>, Error> {
    // Before the transaction, which is idle already between its own first statement and the next.
    client.batch_execute("SET idle_in_transaction_session_timeout = 0").await?;
    let transaction = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    let transaction = transaction.start().await?;
    // The first statement decides which moment that is.
    transaction.query_one("SELECT 1", &[]).await?;
    Ok(transaction)
}
