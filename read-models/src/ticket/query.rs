//! Reading the boards of kitchens.
//!
//! Guarantees: every statement is bound to a tenant, so no query reaches another's rows; answers are bounded. Does not: know GraphQL, or
//! whether the viewer may see kitchens at all.

use domain::TenantId;
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use super::view::{TICKET, TicketView};
use crate::db::{Planning, ReadDb, ReadDbError};

const BOARD: &str = "the board of a kitchen";

/// How many tickets of a kitchen are in each state, and a stamp that is another one as soon as any of them has changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BoardStamp {
    pub queued: i64,
    pub cooking: i64,
    pub ready: i64,
    pub stamp: String,
}

impl ReadDb {
    /// What is in the kitchen at a tenant's location, the first promised first; at most so many.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn kitchen_board(
        &self,
        tenant: &TenantId,
        location: &str,
        limit: u32,
    ) -> Result<Vec<TicketView>, ReadDbError> {
        let text = TICKET.fill(include_str!("../../sql/ticket/query/board.sql"));
        let (tenant, limit) = (tenant.as_str(), i64::from(limit));
        let values: [(&(dyn ToSql + Sync), Type); 3] =
            [(&tenant, Type::TEXT), (&location, Type::TEXT), (&limit, Type::INT8)];
        let rows = self.query_built(BOARD, (&text, Planning::Once), &values).await?;
        let read = rows.iter().map(|row| TICKET.read(row)).collect::<Result<_, _>>();
        read.map_err(|source| ReadDbError::Row { what: BOARD, source })
    }

    /// How many tickets are in the kitchen at a tenant's location, and their stamp.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn kitchen_board_stamp(&self, tenant: &TenantId, location: &str) -> Result<BoardStamp, ReadDbError> {
        let sql = include_str!("../../sql/ticket/query/board_stamp.sql");
        let rows = self.query(BOARD, (sql, Planning::Once), &[&tenant.as_str(), &location]).await?;
        let read = |row: &Row| {
            Ok(BoardStamp {
                queued: row.try_get(0)?,
                cooking: row.try_get(1)?,
                ready: row.try_get(2)?,
                stamp: row.try_get(3)?,
            })
        };
        rows.first()
            .map_or_else(|| Ok(BoardStamp::default()), read)
            .map_err(|source: tokio_postgres::Error| ReadDbError::Statement { what: BOARD, source })
    }
}
