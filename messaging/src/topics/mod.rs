//! The topics of the engine, as `schemas/topics.toml` declares them.

mod apply;
mod declared;

pub use apply::{ApplyTopicsError, apply};
pub use declared::{DeclarationError, Declarations, TopicDeclaration, declared};

/// Copies of what the projector of group `read` has parked.
pub const READ_DEAD_LETTERS: &str = "read.dlq";
