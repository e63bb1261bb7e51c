//! Migrations of what notifications keep in the log's database, beside the log.

use service_kit::postgres::Migrations;

mod embedded {
    refinery::embed_migrations!("migrations/notification");
}

/// The orders that are told of and by which notifications, what customers refuse, and where webhooks go.
pub fn migrations() -> Migrations {
    Migrations::of_part(embedded::migrations::runner(), "notification_schema_history", &[])
}
