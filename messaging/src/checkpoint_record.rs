//! The record of a checkpoint, with what the relay that wrote it has proven.

use std::collections::BTreeMap;

use rdkafka::message::OwnedHeaders;
use serde::{Deserialize, Serialize};

use crate::checkpoint::Checkpoint;
use crate::record::EncodedRecord;
use crate::shard_records::Examined;

/// A checkpoint as it is written, with what the last examination of the event topic has proven.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointRecord {
    #[serde(flatten)]
    pub checkpoint: Checkpoint,
    /// `None` in records of releases that did not examine the topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub examined: Option<Examined>,
    /// The same of the further event topics, by name, where the log is published to several.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub examined_further: BTreeMap<String, Examined>,
}

impl CheckpointRecord {
    /// The Kafka record of this checkpoint.
    ///
    /// # Panics
    /// Never: a checkpoint has only texts and numbers, which JSON can always hold.
    pub fn to_record(&self, topic: &str) -> EncodedRecord {
        let value = serde_json::to_vec(self).expect("a checkpoint has only texts and numbers");
        let shard = self.checkpoint.shard;
        EncodedRecord {
            topic: topic.into(),
            partition: Some(shard.into()),
            key: Some(shard.to_string().into_bytes()),
            value: Some(value),
            headers: OwnedHeaders::new(),
            timestamp_ms: None,
        }
    }
}

impl Checkpoint {
    /// The Kafka record of this checkpoint.
    ///
    /// # Panics
    /// Never: a checkpoint has only texts and numbers, which JSON can always hold.
    pub fn to_record(&self, topic: &str) -> EncodedRecord {
        CheckpointRecord { checkpoint: *self, examined: None, examined_further: BTreeMap::new() }.to_record(topic)
    }
}
