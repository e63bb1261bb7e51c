//! Outgoing and incoming Kafka records.

use std::sync::Arc;

use domain::Timestamp;
use domain::contract::{Position, Published, Request};
use rdkafka::message::OwnedHeaders;

/// A public event with the payload hash of its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingRecord<E> {
    pub published: Published<E>,
    /// SHA-256 of the stored payload's JSON, `ce_payloadhash`.
    pub payload_hash: [u8; 32],
}

/// A request with what its record's headers say of the event that asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingRequest<R> {
    pub request: Request<R>,
    /// Of the event that asks, as are all further fields.
    pub position: Position,
    /// When the event was stored.
    pub recorded_at: Timestamp,
    pub correlation_id: Option<String>,
    pub causation_id: Option<String>,
    /// W3C trace context.
    pub traceparent: Option<String>,
    /// SHA-256 of the stored payload's JSON.
    pub payload_hash: [u8; 32],
}

/// A request as it was read from its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveredRequest<R> {
    pub request: Request<R>,
    /// Position in the asker's log of the event that asks.
    pub position: Position,
    /// When that event was stored.
    pub recorded_at: Timestamp,
    /// Shared by everything that one request or process has caused.
    pub correlation_id: Option<String>,
    /// What caused the event that asks.
    pub causation_id: Option<String>,
    /// W3C trace context.
    pub traceparent: Option<String>,
}

/// A record ready to be produced.
#[derive(Debug, Clone)]
pub struct EncodedRecord {
    pub topic: Arc<str>,
    /// The partition to write to. `None` lets the key's hash choose.
    pub partition: Option<i32>,
    /// Its hash chooses the partition where none is given.
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    pub headers: OwnedHeaders,
    /// Milliseconds since 1970. `None` takes the time of sending.
    pub timestamp_ms: Option<i64>,
}

impl EncodedRecord {
    /// A record for one partition with a key and without value and headers.
    pub fn new(topic: &str, partition: i32, key: &[u8]) -> Self {
        Self {
            topic: topic.into(),
            partition: Some(partition),
            key: Some(key.to_vec()),
            value: None,
            headers: OwnedHeaders::new(),
            timestamp_ms: None,
        }
    }
}

/// A record as it was read, not decoded yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingRecord {
    pub topic: Arc<str>,
    pub partition: i32,
    pub offset: i64,
    /// Milliseconds since 1970. `None` where the record has no timestamp.
    pub timestamp_ms: Option<i64>,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    pub headers: HeaderList,
}

impl IncomingRecord {
    /// Bytes of key, value and headers.
    pub fn size(&self) -> usize {
        self.key.as_ref().map_or(0, Vec::len) + self.value.as_ref().map_or(0, Vec::len) + self.headers.bytes.len()
    }

    /// The same record for another topic: same key, value, timestamp and headers, followed by more headers.
    pub fn copy_for(&self, topic: Arc<str>, more_headers: &[(&str, &str)]) -> EncodedRecord {
        let mut headers = OwnedHeaders::new_with_capacity(self.headers.entries.len() + more_headers.len());
        for (key, value) in self.headers.iter() {
            headers = headers.insert(rdkafka::message::Header { key, value });
        }
        for (key, value) in more_headers {
            headers = headers.insert(rdkafka::message::Header { key, value: Some(*value) });
        }
        EncodedRecord {
            topic,
            partition: None,
            key: self.key.clone(),
            value: self.value.clone(),
            headers,
            timestamp_ms: self.timestamp_ms,
        }
    }
}

/// Headers in their order, in two allocations whatever their number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeaderList {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    name_end: usize,
    /// `None` is a header without a value.
    value_end: Option<usize>,
}

impl HeaderList {
    /// No headers, with capacity for some.
    pub fn with_capacity(headers: usize, bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), entries: Vec::with_capacity(headers) }
    }

    /// Appends a header.
    pub fn push(&mut self, name: &str, value: Option<&[u8]>) {
        self.bytes.extend_from_slice(name.as_bytes());
        let name_end = self.bytes.len();
        self.bytes.extend_from_slice(value.unwrap_or_default());
        self.entries.push(Entry { name_end, value_end: value.map(|_| self.bytes.len()) });
    }

    /// Names and values in their order.
    ///
    /// # Panics
    /// Never: a name was pushed as text.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&[u8]>)> {
        let mut start = 0;
        self.entries.iter().map(move |entry| {
            let name = std::str::from_utf8(&self.bytes[start..entry.name_end]).expect("a name was pushed as text");
            start = entry.value_end.unwrap_or(entry.name_end);
            (name, entry.value_end.map(|end| &self.bytes[entry.name_end..end]))
        })
    }

    /// The value of the last header of a name, as Kafka's own clients read repeated ones.
    pub fn last(&self, name: &str) -> Option<&[u8]> {
        self.iter().filter(|(header, _)| *header == name).last().and_then(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_come_back_as_they_were_pushed() {
        let mut headers = HeaderList::default();
        headers.push("a", Some(b"1"));
        headers.push("empty", Some(b""));
        headers.push("none", None);
        headers.push("a", Some(b"2"));
        let read: Vec<_> = headers.iter().collect();
        assert_eq!(read, [("a", Some(&b"1"[..])), ("empty", Some(&b""[..])), ("none", None), ("a", Some(&b"2"[..]))]);
        assert_eq!(headers.last("a"), Some(&b"2"[..]));
        assert_eq!(headers.last("b"), None);
    }
}
