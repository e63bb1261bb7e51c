//! The tables beside a participant's log: where groups began, and what is parked.

use service_kit::postgres::Migrations;

mod embedded {
    refinery::embed_migrations!("migrations/requests");
}

/// The tables of handled topics. Participants that share a database share them.
pub fn migrations() -> Migrations {
    Migrations::of_part(embedded::migrations::runner(), "request_schema_history", &[])
}
