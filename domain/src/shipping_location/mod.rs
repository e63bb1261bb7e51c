//! How a location ships with carriers: which ones, in which order, and how heavy its parcels are.
//!
//! Guarantees: the id of a stream follows from tenant and location code, so a location ships in one way at a time. What is said of it is
//! always whole: a change gives everything anew. A repeat leads to no event.
//!
//! Does not: know whether a carrier can be reached, or what is to be sent. A location without it, or where it was stopped, ships by
//! hand; what was planned before goes on as it was planned.

mod command;
pub mod contract;
mod decisions;
mod event;
mod evolve;
mod rejection;
mod state;

#[cfg(test)]
mod properties;

pub use decisions::*;
pub use event::*;
pub use rejection::{ShippingLocationRejection, code};
pub use state::{CarrierChoice, ShippingDetails, ShippingLocation, ShippingLocationState};

/// Most carriers that are asked one after the other.
pub const CARRIERS_MAX: usize = 5;
/// Heaviest parcel, in grams.
pub const PARCEL_WEIGHT_G_MAX: u32 = 70_000;
