//! What happened to orders.

use std::collections::HashMap;
use std::sync::LazyLock;

use uuid::Uuid;

use super::Window;
use crate::order::timeline::{ORDER_TIMELINE, TimelineEntry};
use crate::{ReadDb, ReadDbError};

static OF_ORDERS: LazyLock<String> =
    LazyLock::new(|| ORDER_TIMELINE.fill(include_str!("../../../sql/order/query/timeline.sql")));

impl ReadDb {
    /// The events of some orders within a window, by version. The caller has checked that the orders are visible.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn timeline(
        &self,
        ids: &[Uuid],
        window: Window,
    ) -> Result<HashMap<Uuid, Vec<TimelineEntry>>, ReadDbError> {
        let what = "timelines";
        let rows = self
            .query(what, &OF_ORDERS, &[&ids, &window.after, &window.before, &i64::from(window.limit), &window.from_end])
            .await?;
        let mut timelines: HashMap<Uuid, Vec<TimelineEntry>> = HashMap::new();
        for row in &rows {
            let entry: TimelineEntry = ORDER_TIMELINE.read(row).map_err(|source| ReadDbError::Row { what, source })?;
            timelines.entry(entry.order_id).or_default().push(entry);
        }
        Ok(timelines)
    }
}
