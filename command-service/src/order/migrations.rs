//! Migrations of what orders keep in the log's database, beside the log.

use service_kit::postgres::Migrations;

mod embedded {
    refinery::embed_migrations!("migrations/order");
}

/// Versions in the history that the order and the log shared, with the order's own version of the same migration.
const MOVED: [(i32, i32); 2] = [(6, 1), (8, 2)];

/// The counters of order numbers, and the index of a customer's orders. They need the tables of the log.
pub fn migrations() -> Migrations {
    Migrations::of_part(embedded::migrations::runner(), "order_schema_history", &MOVED)
}

#[cfg(test)]
mod tests;
