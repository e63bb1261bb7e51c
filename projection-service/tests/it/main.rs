//! The projector against a real Kafka, a real registry and a real Postgres. Each test has topics, subjects, a group and
//! a database of its own.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod faults;
mod kills;
mod parking;
mod rows;
mod start_over;
mod support;
mod two_kinds;
