//! Carriers that speak the protocol of `docs/carriers.md`: JSON over HTTP.

mod adapter;
mod client;
mod objects;

pub use adapter::HttpCarrier;
pub(crate) use objects::ParcelHint;
