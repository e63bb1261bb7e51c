//! What happened to orders.

use std::collections::HashMap;

use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use crate::db::Planning;
use crate::order::timeline::{ORDER_TIMELINE, TimelineEntry};
use crate::query::Window;
use crate::{ReadDb, ReadDbError};

impl ReadDb {
    /// The events of some orders within a window, whole and by version. The caller has checked that the orders are visible.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn timeline(
        &self,
        ids: &[Uuid],
        window: Window,
    ) -> Result<HashMap<Uuid, Vec<TimelineEntry>>, ReadDbError> {
        let what = "timelines";
        let statement = ORDER_TIMELINE.fill(include_str!("../../../sql/order/query/timeline.sql"));
        let statement = statement.replace("{direction}", window.direction());
        let values: [(&(dyn ToSql + Sync), Type); 4] = [
            (&ids, Type::UUID_ARRAY),
            (&window.after, Type::INT8),
            (&window.before, Type::INT8),
            (&i64::from(window.limit), Type::INT8),
        ];
        let rows = self.query_built(what, (&statement, Planning::Brief), &values).await?;
        let mut timelines: HashMap<Uuid, Vec<TimelineEntry>> = HashMap::new();
        for row in &rows {
            let entry: TimelineEntry = ORDER_TIMELINE.read(row).map_err(|source| ReadDbError::Row { what, source })?;
            timelines.entry(entry.order_id).or_default().push(entry);
        }
        Ok(timelines)
    }
}
