//! The reservations that may wait for stock of an item, by the order in which they were promised it.

use domain::{ReservationId, StockId};
use service_kit::postgres::{Pool, TableError};
use uuid::Uuid;

/// A reservation that may wait for stock of an item.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waiting {
    stock: StockId,
    version: i64,
    pub(super) reservation: ReservationId,
}

/// The table of those that wait.
#[derive(Clone)]
pub(super) struct WaitingTable(pub(super) Pool);

impl WaitingTable {
    /// Notes a reservation that was promised pieces beyond what was available, by an event of the stock item. A repetition has no
    /// effect.
    pub(super) async fn note(
        &self,
        stock: StockId,
        version: i64,
        reservation: ReservationId,
    ) -> Result<(), TableError> {
        let failed = TableError::failed_to("note a backorder");
        let client = self.0.get().await.map_err(TableError::Connect)?;
        let sql = client.prepare_cached(include_str!("sql/note.sql")).await.map_err(&failed)?;
        client.execute(&sql, &[&stock.uuid(), &version, &reservation.uuid()]).await.map(|_| ()).map_err(failed)
    }

    /// The one that was promised pieces first.
    pub(super) async fn oldest(&self, stock: StockId) -> Result<Option<Waiting>, TableError> {
        let failed = TableError::failed_to("find the oldest backorder");
        let client = self.0.get().await.map_err(TableError::Connect)?;
        let sql = client.prepare_cached(include_str!("sql/oldest.sql")).await.map_err(&failed)?;
        let row = client.query_opt(&sql, &[&stock.uuid()]).await.map_err(&failed)?;
        let waiting = row.map(|row| {
            let (version, reservation) = (row.try_get(0)?, row.try_get::<_, Uuid>(1)?);
            Ok(Waiting { stock, version, reservation: ReservationId::new(reservation) })
        });
        waiting.transpose().map_err(failed)
    }

    /// Forgets one that waits no more.
    pub(super) async fn forget(&self, waiting: Waiting) -> Result<(), TableError> {
        let failed = TableError::failed_to("forget a backorder");
        let client = self.0.get().await.map_err(TableError::Connect)?;
        let sql = client.prepare_cached(include_str!("sql/forget.sql")).await.map_err(&failed)?;
        client.execute(&sql, &[&waiting.stock.uuid(), &waiting.version]).await.map(|_| ()).map_err(failed)
    }
}
