//! What librdkafka's statistics say of the partitions that it reads.
//!
//! Does not: parse anything else of them, which is most of a JSON document that each member gets every few seconds.

use std::collections::HashMap;

use serde::Deserialize;

use super::{PartitionPosition, TopicPartition};

/// The statistics of a client, as far as they are used.
#[derive(Deserialize)]
pub(super) struct Reported<'a> {
    #[serde(borrow, default)]
    topics: HashMap<&'a str, ReportedTopic<'a>>,
}

#[derive(Deserialize)]
struct ReportedTopic<'a> {
    #[serde(borrow, default)]
    partitions: HashMap<&'a str, ReportedPartition<'a>>,
}

/// Offsets are negative where they are not known.
#[derive(Deserialize)]
pub(super) struct ReportedPartition<'a> {
    pub(super) partition: i32,
    fetch_state: &'a str,
    /// Fetched records that wait in the client.
    fetchq_cnt: i64,
    /// The next offset to fetch.
    next_offset: i64,
    /// Where the end was met last.
    eof_offset: i64,
    /// The end of what is committed.
    ls_offset: i64,
}

impl<'a> Reported<'a> {
    /// # Errors
    /// Where the client writes it otherwise.
    pub(super) fn parse(json: &'a [u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(json)
    }

    /// The partitions of a topic that are being read and whose end is known.
    pub(super) fn read_of(&self, topic: &str) -> impl Iterator<Item = &ReportedPartition<'a>> {
        let partitions = self.topics.get(topic).into_iter().flat_map(|topic| topic.partitions.values());
        partitions.filter(|one| one.fetch_state == "active" && one.ls_offset >= 0)
    }
}

impl ReportedPartition<'_> {
    /// How far a partition has been read. After the last record there may be markers and aborted records, which are never
    /// handed out: when the client has fetched to the end and no fetched record waits, everything before that end has been
    /// delivered. The statistics come through the queue that carries the records, so records taken from it before have been
    /// handed out. Requiring that an end was reached since the assignment ignores statistics from before the assignment.
    pub(super) fn position(&self, partition: TopicPartition, reached_end: bool) -> PartitionPosition<TopicPartition> {
        let at_end = reached_end && self.fetchq_cnt == 0 && self.eof_offset == self.next_offset;
        PartitionPosition {
            partition,
            delivered_to: (at_end && self.eof_offset >= 0).then_some(self.eof_offset),
            end: self.ls_offset,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = r#"{"name": "rdkafka#consumer-1", "ts": 1, "topics": {"orders": {"topic": "orders", "partitions": {
        "0": {"partition": 0, "leader": 1, "fetchq_cnt": 0, "fetch_state": "active", "next_offset": 7, "eof_offset": 7, "ls_offset": 7},
        "1": {"partition": 1, "leader": 1, "fetchq_cnt": 0, "fetch_state": "active", "next_offset": 3, "eof_offset": 9, "ls_offset": 9},
        "2": {"partition": 2, "leader": 1, "fetchq_cnt": 4, "fetch_state": "active", "next_offset": 9, "eof_offset": 9, "ls_offset": 9},
        "3": {"partition": 3, "leader": 1, "fetchq_cnt": 0, "fetch_state": "stopped", "next_offset": 9, "eof_offset": 9, "ls_offset": 9},
        "-1": {"partition": -1, "leader": -1, "fetchq_cnt": 0, "fetch_state": "none", "next_offset": 0, "eof_offset": -1001, "ls_offset": -1001}
        }}}, "cgrp": {"state": "up"}}"#;

    #[test]
    fn what_is_read_to_its_end_with_nothing_waiting_is_delivered() {
        let reported = Reported::parse(JSON.as_bytes()).unwrap();
        let positions = |reached_end| {
            let mut positions: Vec<_> = reported
                .read_of("orders")
                .map(|one| {
                    one.position(TopicPartition { topic: "orders".into(), partition: one.partition }, reached_end)
                })
                .map(|one| (one.partition.partition, one.delivered_to, one.end))
                .collect();
            positions.sort_unstable();
            positions
        };
        assert_eq!(positions(true), [(0, Some(7), 7), (1, None, 9), (2, None, 9)]);
        assert_eq!(positions(false), [(0, None, 7), (1, None, 9), (2, None, 9)], "from before the assignment");
        assert_eq!(reported.read_of("payments").count(), 0);
    }
}
