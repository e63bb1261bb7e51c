//! A member of a consumer group whose offsets live in the group's own store.
//!
//! Guarantees: reading begins where the owner says and nowhere else (there is no reset policy); what is read is
//! committed; memory is bounded, and the membership is kept while the owner is busy. Events arrive in the order in
//! which they happened: records read before a revocation come before it.
//!
//! Deliberately absent: committing offsets to Kafka, and any knowledge of what records mean.

mod context;
mod error;
mod event;
mod member;
mod poller;
mod resume_position;

pub use error::ConsumeError;
pub use event::{Assignment, ConsumerEvent, PartitionPosition};
pub use member::{BatchLimits, ConsumerSettings, GroupConsumer};
pub use resume_position::{ResumePosition, ResumePositionError, check as check_resume_positions};
