//! Whole orders, from draft to delivery, driven by their sagas: customers and a warehouse at the engine's HTTP, a payment provider in
//! this process, and a reader of the sagas' topic who tells them when it is their turn.
//!
//! Does not: build the release binaries that `benches/saga.rs` measures; `make bench-saga` does.

pub mod connections;
pub mod count;
pub mod dbos;
pub mod followed;
pub mod go;
pub mod order;
pub mod peers;
pub mod processes;
pub mod provider;
pub mod spent;
pub mod temporal;

/// The tenant that everything belongs to.
pub const TENANT: &str = "bench-sagas";
/// Where the goods are.
pub const LOCATION: &str = "zrh-1";
/// The price of a piece, in minor units.
pub const PRICE_MINOR: i64 = 255;
