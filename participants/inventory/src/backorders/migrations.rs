//! Migrations of what inventory keeps in the log's database, beside the log.

use service_kit::postgres::Migrations;

mod embedded {
    refinery::embed_migrations!("migrations/inventory");
}

/// The reservations that wait for stock. To be applied after the log's, of which it reads what was promised before.
pub fn migrations() -> Migrations {
    Migrations::of_part(embedded::migrations::runner(), "inventory_schema_history", &[])
}
