//! GraphQL over read models in a real Postgres. Each test has databases of its own.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod access;
mod consistency;
mod fulfilments;
mod history;
mod kitchens;
mod limits;
mod pages;
mod personal;
mod progress;
mod sagas;
mod stock;
mod subscriptions;
mod transport;
mod world;
