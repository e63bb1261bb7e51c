//! Migrations of what payment keeps in the log's database, beside the log.

use service_kit::postgres::Migrations;

mod embedded {
    refinery::embed_migrations!("migrations/payment");
}

/// Payments by bank transfer, the entries of statements, and transfers to be made.
pub fn migrations() -> Migrations {
    Migrations::of_part(embedded::migrations::runner(), "payment_schema_history", &[])
}
