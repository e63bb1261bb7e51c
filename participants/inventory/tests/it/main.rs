//! Inventory against real Postgres. Each test has a database of its own.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod audit;
mod backorders;
mod expiry;
mod faults;
mod http;
mod messages;
mod oversell;
mod world;
