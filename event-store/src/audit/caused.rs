//! Which causes have had an effect.

use service_kit::BoxError;
use tokio_postgres::Client;

/// What should have caused an event of a stream, whatever its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    pub stream_id: String,
    /// As the metadata of the event name it.
    pub id: String,
}

/// The indexes of the causes that no event of their stream names, in their order.
///
/// # Errors
/// When the database cannot be read.
pub async fn without_effect(client: &Client, causes: &[Cause]) -> Result<Vec<usize>, BoxError> {
    let streams: Vec<&str> = causes.iter().map(|cause| &*cause.stream_id).collect();
    let ids: Vec<&str> = causes.iter().map(|cause| &*cause.id).collect();
    let rows = client.query(include_str!("../sql/audit_caused.sql"), &[&streams, &ids]).await?;
    rows.iter().map(|row| Ok(usize::try_from(row.try_get::<_, i64>(0)?)?)).collect()
}
