//! Examines what the projectors did with the records that they consumed, and the rows that came of it.
//!
//! Guarantees: it writes nothing, and one transaction sees offsets, parked records and rows of one moment.

mod consumed;
mod rows;
mod wait;

pub use consumed::{Consumed, Counts};
pub use rows::{ParkedKey, check};
pub use wait::wait;
