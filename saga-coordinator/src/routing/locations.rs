//! The table of locations.

use std::collections::HashMap;

use domain::TenantId;
use domain::location::contract::ContractLocationDetails;
use service_kit::postgres::{Pool, TableError};
use tokio_postgres::types::Json;

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
    ) -> Result<(), TableError> {
        let failed = TableError::failed_to("record a location");
        let client = self.0.get().await.map_err(TableError::Connect)?;
        let statement = client.prepare_cached(include_str!("sql/describe.sql")).await.map_err(&failed)?;
        client.execute(&statement, &[&tenant, &code, &version, &Json(details)]).await.map(|_| ()).map_err(failed)
    }

    /// Records from a version on whether a location is paused.
    pub(super) async fn pause(
        &self,
        (tenant, code, version): (&str, &str, i64),
        is_paused: bool,
    ) -> Result<(), TableError> {
        let failed = TableError::failed_to("record whether a location is paused");
        let client = self.0.get().await.map_err(TableError::Connect)?;
        let statement = client.prepare_cached(include_str!("sql/pause.sql")).await.map_err(&failed)?;
        client.execute(&statement, &[&tenant, &code, &version, &is_paused]).await.map(|_| ()).map_err(failed)
    }

    /// Those of some locations that were registered, by their codes.
    pub(super) async fn find(
        &self,
        tenant: &TenantId,
        codes: &[&str],
    ) -> Result<HashMap<String, KnownLocation>, TableError> {
        let failed = TableError::failed_to("find locations");
        let client = self.0.get().await.map_err(TableError::Connect)?;
        let statement = client.prepare_cached(include_str!("sql/known.sql")).await.map_err(&failed)?;
        let rows = client.query(&statement, &[&tenant.as_str(), &codes]).await.map_err(&failed)?;
        let read = |row: &tokio_postgres::Row| -> Result<_, tokio_postgres::Error> {
            let Json(details): Json<ContractLocationDetails> = row.try_get(2)?;
            Ok((row.try_get(0)?, KnownLocation { is_paused: row.try_get(1)?, details }))
        };
        rows.iter().map(read).collect::<Result<_, _>>().map_err(failed)
    }
}
