//! Shipments against real Postgres and Kafka, with carriers in this process. Each test has databases, topics and carriers of its own.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod audit;
mod events;
mod http;
mod labels;
mod parts;
mod unknown;
mod voiding;
mod webhooks;
mod world;
