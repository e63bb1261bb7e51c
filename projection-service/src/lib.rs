//! Kafka to read models.
//!
//! Guarantees: a batch's rows and its offsets are one Postgres transaction, and offsets advance by compare-and-set, so
//! a projector that was paused and replaced changes nothing. A record that cannot be decoded or folded parks its key in
//! that same transaction: later records of the key are parked behind it, records of other keys are applied. A transient
//! error makes the projector pause and parks nothing.
//!
//! Deliberately absent: any reset of offsets. If the topic was recreated, or records were removed before they were
//! read, the projection stops with an error that says what to do: `read_models::rebuild::start_over` rebuilds the rows
//! from the event log and sets the offsets to match.

mod attempt;
pub mod audit;
mod batch;
mod config;
mod database;
mod error;
mod offsets;
mod parking;
mod progress;
mod redrive;
mod service;
mod session;
mod trace;
mod worker;
mod worker_pool;

pub use config::{PARKED_KEYS_MAX, ProjectionSettings, ProjectionSource};
pub use error::StartError;
pub use progress::NotReady;
pub use redrive::{Redriven, redrive};
pub use service::ProjectionService;
