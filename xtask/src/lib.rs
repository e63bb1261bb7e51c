//! The repository's rules. Each is a function that answers what breaks it, and a test that wants nothing.

pub mod asyncapi;
pub mod circles;
pub mod costs;
pub mod deployment;
pub mod generated;
mod imports;
mod modules;
pub mod participants;
pub mod rules;
pub mod shared;
mod tokens;
pub mod tools;
mod tree;

pub use tree::{root, sources};
