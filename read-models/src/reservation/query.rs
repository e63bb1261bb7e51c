//! Reading reservations.
//!
//! Guarantees: every statement is bound to a tenant, so no query reaches another's rows; answers are bounded. Does not: know GraphQL, or
//! whether the viewer may see reservations at all.

use domain::TenantId;
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use super::view::{RESERVATION, ReservationState, ReservationView};
use crate::db::{Planning, ReadDb, ReadDbError};
use crate::query::AppliedVersion;
use crate::table::Reader;

const RESERVATIONS: &str = "reservations";

impl ReadDb {
    /// A tenant's reservations for an order, by id; at most so many.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn reservations_of(
        &self,
        tenant: &TenantId,
        order_id: Uuid,
        limit: u32,
    ) -> Result<Vec<ReservationView>, ReadDbError> {
        let text = RESERVATION.fill(include_str!("../../sql/reservation/query/of_order.sql"));
        let (tenant, limit) = (tenant.as_str(), i64::from(limit));
        let values: [(&(dyn ToSql + Sync), Type); 3] =
            [(&tenant, Type::TEXT), (&order_id, Type::UUID), (&limit, Type::INT8)];
        reservations(&self.query_built(RESERVATIONS, (&text, Planning::Brief), &values).await?)
    }

    /// A tenant's reservations in a state, the first to expire first; at most so many.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn reservations_in(
        &self,
        tenant: &TenantId,
        state: ReservationState,
        limit: u32,
    ) -> Result<Vec<ReservationView>, ReadDbError> {
        let text = RESERVATION.fill(include_str!("../../sql/reservation/query/in_state.sql"));
        let (tenant, state, limit) = (tenant.as_str(), state.as_str(), i64::from(limit));
        let values: [(&(dyn ToSql + Sync), Type); 3] =
            [(&tenant, Type::TEXT), (&state, Type::TEXT), (&limit, Type::INT8)];
        reservations(&self.query_built(RESERVATIONS, (&text, Planning::Brief), &values).await?)
    }

    /// How many reservations hold stock at some locations. A location without one is left out.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn granted_at(&self, tenant: &TenantId, locations: &[&str]) -> Result<Vec<(String, i64)>, ReadDbError> {
        let what = "reservations at locations";
        let text = include_str!("../../sql/reservation/query/granted_at.sql");
        let rows = self.query(what, (text, Planning::Once), &[&tenant.as_str(), &locations]).await?;
        let read = |row: &Row| {
            let reader = Reader { table: RESERVATION.name(), row };
            Ok((reader.get("location")?, reader.get("reservations")?))
        };
        rows.iter().map(read).collect::<Result<_, _>>().map_err(|source| ReadDbError::Row { what, source })
    }

    /// The applied versions of some reservations, regardless of visibility; absent ones are left out.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn reservation_versions(&self, ids: &[Uuid]) -> Result<Vec<AppliedVersion>, ReadDbError> {
        let what = "applied versions of reservations";
        let rows = self
            .query(what, (include_str!("../../sql/reservation/query/versions.sql"), Planning::Brief), &[&ids])
            .await?;
        let read = |row: &Row| AppliedVersion::read(RESERVATION.name(), row);
        rows.iter().map(read).collect::<Result<_, _>>().map_err(|source| ReadDbError::Row { what, source })
    }
}

fn reservations(rows: &[Row]) -> Result<Vec<ReservationView>, ReadDbError> {
    let read = rows.iter().map(|row| RESERVATION.read(row)).collect::<Result<_, _>>();
    read.map_err(|source| ReadDbError::Row { what: RESERVATIONS, source })
}
