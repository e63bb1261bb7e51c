//! Messaging against a real Kafka and a real registry. Each test has topics and subjects of its own.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod checkpoints;
mod cluster;
mod consumers;
mod leaders;
mod lost_markers;
mod producers;
mod registries;
mod topic_declarations;
