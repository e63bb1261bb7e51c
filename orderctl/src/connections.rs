//! Connections to the databases and to Kafka, as the settings name them.

use order_engine::model_sets;
use read_models::{Generations, Models, ReadDb};
use service_kit::BoxError;
use service_kit::config::{DatabaseUrl, MessagingSettings, Variables};
use service_kit::postgres::{ConnectOptions, connect};
use tokio_postgres::Client;

/// Statements of checks over the whole log take as long as they take.
const STATEMENT_TIMEOUT_MS: u32 = 3_600_000;

/// The URL of the event log that has the orders.
///
/// # Errors
/// When the settings do not name it.
pub fn orders_database(variables: &Variables) -> Result<DatabaseUrl, BoxError> {
    Ok(DatabaseUrl::new("ORDERS_DATABASE_URL", variables.required("ORDERS_DATABASE_URL")?))
}

/// The URL of the read models.
///
/// # Errors
/// When the settings do not name it.
pub fn read_database(variables: &Variables) -> Result<DatabaseUrl, BoxError> {
    Ok(DatabaseUrl::new("READ_DATABASE_URL", variables.required("READ_DATABASE_URL")?))
}

/// A connection to all read models that are live, whose statements may take long.
///
/// # Errors
/// When they cannot be reached, or one has no live tables of this release.
pub async fn read_client(variables: &Variables) -> Result<Client, BoxError> {
    let client = connect(&read_database(variables)?, &options()).await?;
    let models: Vec<_> = model_sets().iter().flat_map(Models::all).collect();
    Generations::usable(&client, &models).await?.select(&client).await?;
    Ok(client)
}

/// The read models as short queries reach them.
///
/// # Errors
/// When the settings name no database that can be connected to.
pub fn read_db(variables: &Variables) -> Result<ReadDb, BoxError> {
    Ok(ReadDb::open(&read_database(variables)?, &model_sets(), options())?)
}

/// The addresses of the Kafka brokers.
///
/// # Errors
/// When the settings do not name it.
pub fn brokers(variables: &Variables) -> Result<String, BoxError> {
    Ok(MessagingSettings::from_variables(variables)?.kafka_brokers)
}

/// What connections for long statements are opened with.
pub fn options() -> ConnectOptions {
    ConnectOptions { statement_timeout_ms: STATEMENT_TIMEOUT_MS, ..ConnectOptions::named("orderctl") }
}
