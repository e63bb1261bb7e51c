//! Members of consumer groups: one whose offsets live in its owner's store, and one whose offsets live in Kafka.
//!
//! Guarantees: reading begins where the owner says and nowhere else (there is no reset policy); what is read is
//! committed; memory is bounded, and the membership is kept while the owner is busy. Events arrive in the order in
//! which they happened: records read before a revocation come before it.
//!
//! Deliberately absent: committing an offset that the owner has not given, and any knowledge of what records mean.

mod context;
mod error;
mod event;
mod group_member;
mod group_offsets;
mod limits;
mod member;
mod poller;
mod reported;
mod resume_position;

pub use error::ConsumeError;
pub use event::{Assignment, ConsumerEvent, PartitionPosition, TopicPartition};
pub use group_member::{GroupMember, MemberSettings};
pub use group_offsets::{GroupOffsetError, begin_at_end, offsets_of};
pub use limits::BatchLimits;
pub use member::{ConsumerSettings, GroupConsumer};
pub use resume_position::{ResumePosition, ResumePositionError, check as check_resume_positions};
