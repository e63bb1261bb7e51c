//! A member of a consumer group whose offsets live in the group's own store.
//!
//! Guarantees: reading begins where the owner says and nowhere else (there is no reset policy); what is read is
//! committed; memory is bounded, and while the owner is busy the membership is kept. Events arrive in the order in which
//! they happened: records read before a revocation come before it.
//!
//! Deliberately absent: committing offsets to Kafka, and any knowledge of what records mean.

mod anchor;
mod context;
mod error;
mod event;
mod member;
mod poller;

pub use anchor::{Anchor, AnchorError, check as check_anchors};
pub use error::ConsumeError;
pub use event::{Assignment, ConsumerEvent, PartitionPosition};
pub use member::{BatchLimits, ConsumerSettings, GroupConsumer};
