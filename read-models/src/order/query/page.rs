//! Pages of orders by keyset: a page begins at a key, not at an offset, so it costs the same wherever it is.

use std::collections::HashMap;

use chrono::SecondsFormat;
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::filter::ConditionSql;
use super::orders::Visibility;
use super::parts::{FoundOrder, Parts};
use super::{Comparison, Condition, Field, Value};
use crate::db::Planning;
use crate::table::RowError;
use crate::{OrderColumns, OrderRow, ReadDb, ReadDbError, ViewState, order_column};

/// What orders are sorted by; ties are sorted by order id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sort {
    /// Time of placement; drafts come before all others in ascending order.
    PlacedAt,
    /// Time of recording of the last event.
    UpdatedAt,
    /// The total in minor units, whatever the currency.
    Total,
    /// The number, by code point; drafts come before all others in ascending order.
    Number,
}

/// The position of an order in a sorted list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortKey {
    /// The sorted value as text.
    pub value: String,
    /// The tie-break.
    pub order_id: Uuid,
}

/// A page of a sorted list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    pub condition: Condition,
    pub sort: Sort,
    /// Whether the greatest comes first.
    pub descending: bool,
    /// Only orders after this position.
    pub after: Option<SortKey>,
    /// Only orders before this position.
    pub before: Option<SortKey>,
    /// Most orders of the page.
    pub limit: u32,
    /// Whether to take the last orders rather than the first; they are returned in the list's order all the same.
    pub from_end: bool,
}

/// Orders of a page, and whether the list goes on in the direction that was read.
#[derive(Debug, Default)]
pub struct Page {
    pub orders: Vec<FoundOrder>,
    /// Whether the list has more orders in the direction that was read.
    pub more: bool,
}

impl Sort {
    /// As indexed: an order without a value sorts as the least one.
    const fn expression(self) -> &'static str {
        match self {
            Self::PlacedAt => "coalesce(placed_at, '-infinity'::timestamptz)",
            Self::UpdatedAt => "updated_at",
            Self::Total => "total_minor",
            Self::Number => "coalesce(number, '')",
        }
    }

    const fn cast(self) -> &'static str {
        match self {
            Self::PlacedAt | Self::UpdatedAt => "::timestamptz",
            Self::Total => "::bigint",
            Self::Number => " COLLATE \"C\"",
        }
    }

    /// The columns of [`Self::key`].
    pub const fn columns(self) -> OrderColumns {
        match self {
            Self::PlacedAt => OrderColumns::of(&["order_id", "placed_at"]),
            Self::UpdatedAt => OrderColumns::of(&["order_id", "updated_at"]),
            Self::Total => OrderColumns::of(&["order_id", "total_minor"]),
            Self::Number => OrderColumns::of(&["order_id", "number"]),
        }
    }

    /// The sort key of an order, which was read with [`Self::columns`].
    ///
    /// # Errors
    /// [`RowError`].
    pub fn key(self, row: &OrderRow) -> Result<SortKey, RowError> {
        let moment = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Micros, true);
        let value = match self {
            Self::PlacedAt => order_column!(row, placed_at)?.map_or_else(|| "-infinity".to_owned(), moment),
            Self::UpdatedAt => moment(order_column!(row, updated_at)?),
            Self::Total => order_column!(row, total_minor)?.to_string(),
            Self::Number => order_column!(row, number)?.unwrap_or_default().to_owned(),
        };
        Ok(SortKey { value, order_id: order_column!(row, order_id)? })
    }
}

impl ReadDb {
    /// A page of the visible orders, read with the columns of its sort too, for [`Sort::key`].
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn order_page(
        &self,
        visible: &Visibility,
        request: &PageRequest,
        parts: &Parts,
    ) -> Result<Page, ReadDbError> {
        let parts = parts.and(request.sort.columns());
        let mut sql = ConditionSql::new("order_summary", 0);
        let text =
            page_text(&mut sql, include_str!("../../../sql/order/query/order_page.sql"), visible, request, &parts);
        let rows = self.query_built(PAGE, (&text, planning(request)), &sql.values()).await?;
        Ok(page(parts.read(PAGE, rows)?, request))
    }

    /// The same page of the orders of each of some customers, in one statement.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn order_pages(
        &self,
        visible: &Visibility,
        customers: &[String],
        request: &PageRequest,
        parts: &Parts,
    ) -> Result<HashMap<String, Page>, ReadDbError> {
        if let [customer] = customers {
            let of_customer = Condition::Compare(Field::Customer, Comparison::Equal, Value::Text(customer.clone()));
            let condition = Condition::All(vec![of_customer, request.condition.clone()]);
            let page = self.order_page(visible, &PageRequest { condition, ..request.clone() }, parts).await?;
            return Ok(HashMap::from([(customer.clone(), page)]));
        }
        let parts = parts.and(OrderColumns::of(&["customer"]).and(request.sort.columns()));
        let mut sql = ConditionSql::new("order_summary", 0);
        let wanted = sql.bind(customers.to_vec(), Type::TEXT_ARRAY);
        let skeleton = include_str!("../../../sql/order/query/order_pages.sql");
        let text = page_text(&mut sql, skeleton, visible, request, &parts).replace("{customers}", &wanted);
        let rows = self.query_built(PAGE, (&text, Planning::Once), &sql.values()).await?;
        let mut found: HashMap<String, Vec<FoundOrder>> = HashMap::new();
        for order in parts.read(PAGE, rows)? {
            let customer = order_column!(order.row, customer);
            let customer = customer.map_err(|source| ReadDbError::Row { what: PAGE, source })?.unwrap_or_default();
            found.entry(customer.to_owned()).or_default().push(order);
        }
        Ok(found.into_iter().map(|(customer, orders)| (customer, page(orders, request))).collect())
    }
}

const PAGE: &str = "a page of orders";

/// A page whose orders an index has in their order, whatever the values are, needs one plan.
fn planning(request: &PageRequest) -> Planning {
    let parts = match &request.condition {
        Condition::All(parts) => &parts[..],
        part => std::slice::from_ref(part),
    };
    let equal =
        |field| move |part: &Condition| matches!(part, Condition::Compare(of, Comparison::Equal, _) if *of == field);
    let by_placement = request.sort == Sort::PlacedAt;
    let of_state = by_placement && parts.iter().any(equal(Field::State));
    let is_served = |part: &Condition| {
        equal(Field::Customer)(part)
            || (by_placement && equal(Field::State)(part))
            || (of_state && equal(Field::Country)(part))
            || *part == Condition::All(Vec::new())
    };
    match parts.iter().all(is_served) {
        true if by_placement => Planning::Brief,
        true => Planning::Once,
        false => Planning::ByValues,
    }
}

fn page_text(
    sql: &mut ConditionSql,
    skeleton: &str,
    visible: &Visibility,
    request: &PageRequest,
    parts: &Parts,
) -> String {
    let mut conditions = vec![visible_condition(sql, visible, &request.condition)];
    for (key, after) in [(&request.after, true), (&request.before, false)] {
        if let Some(key) = key {
            conditions.push(beyond(sql, request, key, after));
        }
    }
    let descending = request.descending != request.from_end;
    let limit = sql.bind(i64::from(request.limit) + 1, Type::INT8);
    let skeleton = parts.fill(skeleton, &mut |value, kind| sql.bind_boxed(value, kind));
    skeleton
        .replace("{condition}", &conditions.join(" AND "))
        .replace("{sort}", request.sort.expression())
        .replace("{direction}", if descending { "DESC" } else { "ASC" })
        .replace("{limit}", &limit)
}

/// One order more was asked for than a page takes, to learn whether there are more.
fn page(mut orders: Vec<FoundOrder>, request: &PageRequest) -> Page {
    let more = orders.len() > request.limit as usize;
    orders.truncate(request.limit as usize);
    if request.from_end {
        orders.reverse();
    }
    Page { orders, more }
}

pub(super) fn visible_condition(sql: &mut ConditionSql, visible: &Visibility, condition: &Condition) -> String {
    let tenant = sql.bind(visible.tenant.to_string(), Type::TEXT);
    let mut all = vec![Condition::Compare(
        Field::State,
        Comparison::Unequal,
        Value::Text(ViewState::Foreign.as_str().to_owned()),
    )];
    if let Some(customer) = &visible.customer {
        all.push(Condition::Compare(Field::Customer, Comparison::Equal, Value::Text(customer.to_string())));
    }
    all.push(condition.clone());
    format!("tenant = {tenant} AND {}", sql.condition(&Condition::All(all)))
}

/// A row comparison, which an index on the same columns answers.
fn beyond(sql: &mut ConditionSql, request: &PageRequest, key: &SortKey, after: bool) -> String {
    let value = sql.bind(key.value.clone(), Type::TEXT);
    let order_id = sql.bind(key.order_id, Type::UUID);
    let operator = if after == request.descending { "<" } else { ">" };
    format!("({}, order_id) {operator} ({value}::text{}, {order_id})", request.sort.expression(), request.sort.cast())
}
