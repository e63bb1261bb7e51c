//! The event store against real Postgres. Each test has a database of its own.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod append;
mod bus;
mod claims;
mod cqrs;
mod faults;
mod leases;
mod locks;
mod outcomes;
mod sequencer;
mod shards;
mod support;
mod wake;
