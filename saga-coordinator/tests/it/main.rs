//! Sagas and their orders in real Postgres, answered through real Kafka. Each test has a database and topics of its own.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod answers;
mod audit;
mod client;
mod driven;
mod locations;
mod operate;
mod orders;
mod published;
mod waking;
mod world;
