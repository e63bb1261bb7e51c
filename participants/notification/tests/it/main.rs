//! Notifications against a real Postgres, Kafka where it matters, a mail server that can fail, and an endpoint of webhooks.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod client;
mod email;
mod encrypted;
mod events;
mod kitchens;
mod of_orders;
mod preferences;
mod receiver;
mod webhooks;
mod world;
