//! The event store against real Postgres. Each test has a database of its own.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod append;
mod bus;
mod claims;
mod counter;
mod cqrs;
mod faults;
mod jobs;
mod leases;
mod locks;
mod lost_answers;
mod outcomes;
mod sequencer;
mod several_streams;
mod shards;
mod support;
mod timers;
mod two_processes;
mod units;
mod wake;
mod wire;
