//! Payments against real Postgres and Kafka, with a provider in this process. Each test has a database and a provider of its own.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod audit;
mod authorizing;
mod bank;
mod http;
mod messages;
mod money;
mod unknown;
mod webhooks;
mod world;
