//! Fulfilment against real Postgres and Kafka. Each test has a database and a topic of its own.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod http;
mod kitchens;
mod locations;
mod messages;
mod shipments;
mod world;
