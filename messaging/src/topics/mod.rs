//! The topics of the engine, as `schemas/topics.toml` declares them.

mod apply;
mod declared;

pub use apply::{ApplyTopicsError, apply};
pub use declared::{DeclarationError, Declarations, TopicDeclaration, declared};

/// Checkpoints of the relays.
pub const RELAY_CHECKPOINT: &str = "orders.relay.checkpoint";
/// Copies of what the projector of group `read` has parked.
pub const READ_DEAD_LETTERS: &str = "read.dlq";
