//! Groups of requests against real Kafka, Postgres and registry. Each test has topics, groups and a log of its own.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod audit;
mod delivery;
mod end_to_end;
mod groups;
mod parking;
mod support;
