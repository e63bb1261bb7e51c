//! Notifications against a real Postgres, Kafka where it matters, a mail server that can fail, and an endpoint of webhooks.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod audit;
mod client;
mod email;
mod encrypted;
mod events;
mod kitchens;
mod of_orders;
mod parcels;
mod preferences;
mod receiver;
mod webhooks;
mod world;
