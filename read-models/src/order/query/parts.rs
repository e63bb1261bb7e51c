//! Which parts of orders a query shows, and the orders as they were found: one statement reads them all.

use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, ToSql, Type};

use crate::order::timeline::ORDER_TIMELINE;
use crate::query::Window;
use crate::table::{ColumnNames, RowError};
use crate::{EventColumns, OrderColumns, OrderRow, ReadDbError, TimelineEntry, order_column};

/// A parameter of a statement.
type Parameter = Box<dyn ToSql + Sync + Send>;

/// The parts of orders that a query shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Parts {
    columns: OrderColumns,
    events: Option<Events>,
}

/// The events of each order that a query shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Events {
    columns: EventColumns,
    window: Window,
}

/// An order with the parts that were asked for.
#[derive(Debug)]
pub struct FoundOrder {
    pub row: OrderRow,
    /// Events within the window that was asked for, by version; only the columns that were asked for have a value.
    pub events: Vec<TimelineEntry>,
}

impl Parts {
    /// Columns of the order's row; its id is always read.
    pub const fn columns(columns: OrderColumns) -> Self {
        Self { columns: columns.and(OrderColumns::of(&["order_id"])), events: None }
    }

    /// The same and columns of the events within a window.
    #[must_use]
    pub const fn with_events(self, columns: EventColumns, window: Window) -> Self {
        let columns = columns.and(EventColumns::of(&["version"]));
        Self { events: Some(Events { columns, window }), ..self }
    }

    /// The same and more columns of the order's row.
    #[must_use]
    pub const fn and(self, columns: OrderColumns) -> Self {
        Self { columns: self.columns.and(columns), ..self }
    }

    /// A statement with its placeholders filled in: `{columns}`, which begin the answer's row, and `{events}`, which joins them.
    pub(super) fn fill(&self, statement: &str, bind: &mut dyn FnMut(Parameter, Type) -> String) -> String {
        let mut columns: Vec<_> = self.columns.names().map(str::to_owned).collect();
        let mut join = String::new();
        if let Some(Events { columns: wanted, window }) = self.events {
            columns.extend(wanted.names().map(|name| format!("events_{name}")));
            let arrays: Vec<_> = wanted.names().map(|name| format!("array_agg({name}) AS events_{name}")).collect();
            let names: Vec<_> = wanted.names().collect();
            join = include_str!("../../../sql/order/query/events.sql")
                .trim_end()
                .replace("{arrays}", &arrays.join(", "))
                .replace("{columns}", &names.join(", "))
                .replace("{direction}", window.direction())
                .replace("{after}", &bind(Box::new(window.after), Type::INT8))
                .replace("{before}", &bind(Box::new(window.before), Type::INT8))
                .replace("{limit}", &bind(Box::new(i64::from(window.limit)), Type::INT8));
        }
        statement.trim_end().replace("{columns}", &columns.join(", ")).replace("{events}", &join)
    }

    /// The orders of a statement's answer.
    pub(super) fn read(&self, what: &'static str, rows: Vec<Row>) -> Result<Vec<FoundOrder>, ReadDbError> {
        let read = |row| self.order(row).map_err(|source| ReadDbError::Row { what, source });
        rows.into_iter().map(read).collect()
    }

    fn order(&self, row: Row) -> Result<FoundOrder, RowError> {
        let events = match &self.events {
            Some(events) => events.read(&row, self.columns.names().count())?,
            None => Vec::new(),
        };
        let mut order = FoundOrder { row: OrderRow::read(row, self.columns), events };
        let order_id = order_column!(order.row, order_id)?;
        order.events.iter_mut().for_each(|event| event.order_id = order_id);
        Ok(order)
    }
}

impl Events {
    /// The events in a row whose arrays of them begin at a column.
    fn read(&self, row: &Row, begin: usize) -> Result<Vec<TimelineEntry>, RowError> {
        let arrays = Arrays { row, begin, columns: self.columns };
        let mut events = Vec::new();
        if let Some(versions) = arrays.of::<Vec<i64>>(const { EventColumns::index("version") })? {
            events.extend(versions.into_iter().map(|version| TimelineEntry { version, ..TimelineEntry::default() }));
        }
        macro_rules! set {
            ($($field:ident),+ $(,)?) => {$(
                if let Some(values) = arrays.of::<Vec<_>>(const { EventColumns::index(stringify!($field)) })? {
                    events.iter_mut().zip(values).for_each(|(event, value)| event.$field = value);
                }
            )+};
        }
        set!(event_id, event_type, at, recorded_at, body, correlation_id, causation_id, traceparent, shard, position,);
        if self.window.from_end {
            events.reverse();
        }
        Ok(events)
    }
}

/// The arrays of a row, one for each column of the events.
struct Arrays<'a> {
    row: &'a Row,
    begin: usize,
    columns: EventColumns,
}

impl Arrays<'_> {
    /// The values of a column; `None` if it was not asked for, and without events.
    fn of<'a, T: FromSql<'a>>(&'a self, index: usize) -> Result<Option<T>, RowError> {
        let Some(place) = self.columns.place(index) else { return Ok(None) };
        let (table, column) = (ORDER_TIMELINE.name(), <TimelineEntry as ColumnNames>::NAMES[index]);
        self.row.try_get(self.begin + place).map_err(|source| RowError::Column { table, column, source })
    }
}
