//! `orderctl` against real databases, a real Kafka and a real registry; its imports against an endpoint of their own.

#![expect(clippy::unwrap_used, reason = "a test ends at its first surprise")]

mod engine;
mod fulfilments;
mod import_ends;
mod jobs_and_timers;
mod log;
mod merchant;
mod parked_by_a_projector;
mod parked_requests;
mod program;
mod rebuild_killed;
mod replay_and_parked;
mod sagas;
mod stock;
mod stock_import;
mod waits;
