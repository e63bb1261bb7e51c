//! Lines of many orders at once.

use std::collections::HashMap;
use std::sync::LazyLock;

use uuid::Uuid;

use crate::order::view::ORDER_LINES;
use crate::{LineView, ReadDb, ReadDbError};

/// A window over the numbered items of an order: lines by ordinal, events by version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    /// Only numbers above this.
    pub after: i64,
    /// Only numbers below this.
    pub before: i64,
    /// Most items of each order.
    pub limit: u32,
    /// Whether to take the last items rather than the first.
    pub from_end: bool,
}

impl Window {
    /// The first `limit` items.
    pub const fn first(limit: u32) -> Self {
        Self { after: 0, before: i64::MAX, limit, from_end: false }
    }
}

static OF_ORDERS: LazyLock<String> =
    LazyLock::new(|| ORDER_LINES.fill(include_str!("../../../sql/order/query/lines.sql")));

impl ReadDb {
    /// The lines of some orders within a window, by ordinal. The caller has checked that the orders are visible.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn lines(&self, ids: &[Uuid], window: Window) -> Result<HashMap<Uuid, Vec<LineView>>, ReadDbError> {
        let what = "order lines";
        let ordinal = |number: i64| i32::try_from(number).unwrap_or(if number < 0 { i32::MIN } else { i32::MAX });
        let rows = self
            .query(
                what,
                &OF_ORDERS,
                &[&ids, &ordinal(window.after), &ordinal(window.before), &i64::from(window.limit), &window.from_end],
            )
            .await?;
        let mut lines: HashMap<Uuid, Vec<LineView>> = HashMap::new();
        for row in &rows {
            let line: LineView = ORDER_LINES.read(row).map_err(|source| ReadDbError::Row { what, source })?;
            lines.entry(line.order_id).or_default().push(line);
        }
        Ok(lines)
    }
}
