//! The repository's rules. Each is a function that answers what breaks it, and a test that wants nothing.

pub mod asyncapi;
pub mod generated;
pub mod rules;
mod tree;

pub use tree::{root, sources};
