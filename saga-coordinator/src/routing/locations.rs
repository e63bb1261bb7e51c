//! The table of locations.

use std::collections::HashMap;

use domain::TenantId;
use domain::location::contract::ContractLocationDetails;
use service_kit::postgres::Pool;
use tokio_postgres::types::Json;

/// Why the table could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LocationsError {
    #[error("no connection to the database of sagas")]
    Connect(#[source] deadpool_postgres::PoolError),
    #[error("the database of sagas failed")]
    Statement(#[from] tokio_postgres::Error),
}

/// A location that was registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KnownLocation {
    pub(super) is_paused: bool,
    pub(super) details: ContractLocationDetails,
}

/// The table of locations.
#[derive(Clone)]
pub(super) struct KnownLocations(pub(super) Pool);

impl KnownLocations {
    /// Records what is known of a location from a version on. What is older than the row is left alone.
    pub(super) async fn describe(
        &self,
        (tenant, code, version): (&str, &str, i64),
        details: &ContractLocationDetails,
    ) -> Result<(), LocationsError> {
        let client = self.0.get().await.map_err(LocationsError::Connect)?;
        let statement = client.prepare_cached(include_str!("sql/describe.sql")).await?;
        client.execute(&statement, &[&tenant, &code, &version, &Json(details)]).await?;
        Ok(())
    }

    /// Records from a version on whether a location is paused.
    pub(super) async fn pause(
        &self,
        (tenant, code, version): (&str, &str, i64),
        is_paused: bool,
    ) -> Result<(), LocationsError> {
        let client = self.0.get().await.map_err(LocationsError::Connect)?;
        let statement = client.prepare_cached(include_str!("sql/pause.sql")).await?;
        client.execute(&statement, &[&tenant, &code, &version, &is_paused]).await?;
        Ok(())
    }

    /// Those of some locations that were registered, by their codes.
    pub(super) async fn find(
        &self,
        tenant: &TenantId,
        codes: &[&str],
    ) -> Result<HashMap<String, KnownLocation>, LocationsError> {
        let client = self.0.get().await.map_err(LocationsError::Connect)?;
        let statement = client.prepare_cached(include_str!("sql/known.sql")).await?;
        let rows = client.query(&statement, &[&tenant.as_str(), &codes]).await?;
        let read = |row: &tokio_postgres::Row| -> Result<_, tokio_postgres::Error> {
            let Json(details): Json<ContractLocationDetails> = row.try_get(2)?;
            Ok((row.try_get(0)?, KnownLocation { is_paused: row.try_get(1)?, details }))
        };
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }
}
