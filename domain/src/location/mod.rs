//! A location: a place of a tenant that sends goods, with what it serves and when it is open.
//!
//! Guarantees: the id of a stream follows from tenant and code, so a code names one location. What is said of a location is always
//! whole: a change gives all details anew. A paused location keeps its details. A repeat leads to no event.
//!
//! Does not: read a clock, keep stock, or know what it has to send. Whether it is open at a moment follows from its details
//! ([`LocationDetails::is_open`]).

mod command;
pub mod contract;
mod decisions;
mod details;
mod event;
mod evolve;
mod hours;
mod rejection;
mod state;

#[cfg(test)]
mod properties;

pub use decisions::*;
pub use details::{LocationDetails, LocationKind, LocationName, Zone};
pub use event::*;
pub use hours::{
    InvalidHours, MINUTES_A_DAY, OpeningHours, OpeningSpan, SPANS_MAX, TimeZone, UnknownTimeZone, Weekday,
};
pub use rejection::{LocationRejection, code};
pub use state::{Location, LocationState, RegisteredLocation};

/// Most zones of a location.
pub const ZONES_MAX: usize = 250;
/// Most prefixes of all zones of a location.
pub const PREFIXES_MAX: usize = 1_000;
