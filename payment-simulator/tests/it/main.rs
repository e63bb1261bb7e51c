//! The simulator over its API.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod payments;
mod requests;
mod world;
