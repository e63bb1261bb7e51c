//! Kafka to read models.
//!
//! Guarantees: a batch's rows and its offsets are one Postgres transaction, and offsets advance by compare-and-set, so a
//! projector that was paused and replaced changes nothing. What cannot be decoded or folded parks its key in that same
//! transaction, later records of the key queue behind it, others go on. An error that passes pauses and parks nothing.
//!
//! Deliberately absent: any reset of offsets. A topic that was made anew, or records that are gone, stop the projection
//! with a word on what to do: `read_models::rebuild::start_over` makes the rows from the log and puts the offsets right.

mod attempt;
mod batch;
mod config;
mod crew;
mod database;
mod error;
mod offsets;
mod parking;
mod progress;
mod service;
mod session;
mod trace;
mod worker;

pub use config::{PARKED_KEYS_MAX, ProjectionSettings};
pub use error::StartError;
pub use progress::NotReady;
pub use service::ProjectionService;
