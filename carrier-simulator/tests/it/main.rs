//! The carriers by themselves.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod labels;
mod parcels;
mod world;
