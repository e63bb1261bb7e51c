//! Migrations of what shipping keeps in the log's database, beside the log.

use service_kit::postgres::Migrations;

mod embedded {
    refinery::embed_migrations!("migrations/shipping");
}

/// Where orders are sent to.
pub fn migrations() -> Migrations {
    Migrations::of_part(embedded::migrations::runner(), "shipping_schema_history", &[])
}
