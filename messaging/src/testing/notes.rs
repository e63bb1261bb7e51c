//! Notes: a kind of stream that only tests have, for what holds for several kinds.

use domain::contract::{Facts, ForeignRow, Head, PublicEvents, RecordType};
use domain::upcast::Upcaster;
use domain::{EventType, StoredEvent};
use serde::{Deserialize, Deserializer, Serialize};

/// The events of a note, of which the only one says nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum NoteEvent {
    Noted {},
}

impl StoredEvent for NoteEvent {
    const UPCASTERS: &'static [Upcaster] = &[];
    const TYPES: &'static [EventType] = &[EventType { name: "Noted", version: "1.0" }];

    fn index(&self) -> usize {
        0
    }
}

/// The public side of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Noted {
    pub note_id: String,
    pub version: i64,
}

impl PublicEvents for Noted {
    type Id = String;
    type Stored = NoteEvent;
    const KIND: &'static str = "note";
    const NAMESPACE: &'static str = "notes";
    const RECORDS: &'static [RecordType] = &[RecordType {
        name: "Noted",
        avsc: r#"{"type": "record", "name": "Noted", "namespace": "notes", "fields": [
            {"name": "note_id", "type": "string"}, {"name": "version", "type": "long"}]}"#,
    }];

    fn index(&self) -> usize {
        0
    }

    fn head(&self) -> Head<'_> {
        Head { stream_id: &self.note_id, version: self.version, tenant: "shop", at: 0 }
    }

    fn describe(&self) -> String {
        "Noted".to_owned()
    }

    fn publish(facts: &Facts<String>, _: &NoteEvent) -> Self {
        Self { note_id: facts.id.clone(), version: facts.version }
    }

    fn foreign(row: ForeignRow) -> Self {
        Self { note_id: row.aggregate_id, version: row.version }
    }

    fn is_foreign(&self) -> bool {
        false
    }

    fn read<'de, D: Deserializer<'de>>(_: usize, body: D) -> Result<Self, D::Error> {
        Self::deserialize(body)
    }
}
