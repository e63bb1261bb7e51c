//! How far a start has proven the event topic.

use serde::{Deserialize, Serialize};

/// How far the event topic was examined, so that the next start need not go back further.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Examined {
    /// By partition: all committed records of the shard before this offset have `position` or a lower position.
    pub ends: Vec<i64>,
    /// The highest position of the shard that was found committed.
    pub position: i64,
    /// Partitions that have committed records of the shard without their marker at or after the offset in `ends`. They
    /// are read again from there, whatever follows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmarked: Vec<i32>,
}
