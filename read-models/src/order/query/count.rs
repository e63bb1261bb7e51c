//! Numbers of orders.
//!
//! A count of a condition on the columns of `order_counts` alone is a sum over its rows, of which a tenant has few. Any other reads
//! the orders themselves, and so is bounded.

use std::collections::HashMap;

use tokio_postgres::types::Type;

use super::filter::ConditionSql;
use super::orders::Visibility;
use super::page::visible_condition;
use super::{Condition, Field};
use crate::db::Planning;
use crate::order::view::ORDER_SUMMARY;
use crate::table::{Reader, RowError};
use crate::{ReadDb, ReadDbError};

const COUNT: &str = "the number of orders";

impl ReadDb {
    /// How many visible orders meet a condition, counted up to `limit`.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn order_count(
        &self,
        visible: &Visibility,
        condition: &Condition,
        limit: u32,
    ) -> Result<i64, ReadDbError> {
        let (mut sql, skeleton, planning) = if visible.customer.is_none() && is_kept(condition) {
            let kept = include_str!("../../../sql/order/query/order_count_kept.sql");
            (ConditionSql::new("counted", 0), kept, Planning::Brief)
        } else {
            let read = include_str!("../../../sql/order/query/order_count.sql");
            (ConditionSql::new("order_summary", 0), read, Planning::ByValues)
        };
        let text = count_text(&mut sql, skeleton, visible, condition, limit);
        let rows = self.query_built(COUNT, (&text, planning), &sql.values()).await?;
        let count = |row| Reader { table: ORDER_SUMMARY.name(), row }.get("orders");
        rows.first().map_or(Ok(0), count).map_err(|source: RowError| ReadDbError::Row { what: COUNT, source })
    }

    /// How many visible orders each of some customers has, counted up to `limit`, in one statement.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn order_counts(
        &self,
        visible: &Visibility,
        customers: &[String],
        limit: u32,
    ) -> Result<HashMap<String, i64>, ReadDbError> {
        let mut sql = ConditionSql::new("order_summary", 0);
        let wanted = sql.bind(customers.to_vec(), Type::TEXT_ARRAY);
        let skeleton = include_str!("../../../sql/order/query/order_count_by_customer.sql");
        let all = Condition::All(Vec::new());
        let text = count_text(&mut sql, skeleton, visible, &all, limit).replace("{customers}", &wanted);
        let rows = self.query_built(COUNT, (&text, Planning::Once), &sql.values()).await?;
        rows.iter()
            .map(|row| {
                let reader = Reader { table: ORDER_SUMMARY.name(), row };
                Ok((reader.get("customer")?, reader.get("orders")?))
            })
            .collect::<Result<_, _>>()
            .map_err(|source| ReadDbError::Row { what: COUNT, source })
    }
}

/// Whether `order_counts` has every column that a condition compares.
fn is_kept(condition: &Condition) -> bool {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().all(is_kept),
        Condition::Compare(field, ..) | Condition::OneOf(field, _) | Condition::Absent(field, _) => match field {
            Field::State | Field::Kind | Field::Country | Field::Currency | Field::Imported => true,
            Field::Number
            | Field::Customer
            | Field::Source
            | Field::Reference
            | Field::PlacedAt
            | Field::UpdatedAt
            | Field::Total
            | Field::PaymentStatus
            | Field::FulfilmentStatus
            | Field::Holds => false,
        },
    }
}

fn count_text(
    sql: &mut ConditionSql,
    skeleton: &str,
    visible: &Visibility,
    condition: &Condition,
    limit: u32,
) -> String {
    let condition = visible_condition(sql, visible, condition);
    let limit = sql.bind(i64::from(limit), Type::INT8);
    skeleton.replace("{condition}", &condition).replace("{limit}", &limit)
}
