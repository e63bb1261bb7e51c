//! Askers and tasks: a kind of stream that only tests have, some of whose events ask for a task, and the request for it.

use domain::contract::{Facts, ForeignRow, Head, PublicEvents, RecordSet, RecordType, Requests};
use domain::upcast::Upcaster;
use domain::{EventType, StoredEvent};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

/// The events of an asker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum AskerEvent {
    /// Asks for a task.
    Asked { task: String, what: String },
    /// Asks for nothing.
    Thought {},
}

impl StoredEvent for AskerEvent {
    const UPCASTERS: &'static [Upcaster] = &[];
    const TYPES: &'static [EventType] =
        &[EventType { name: "Asked", version: "1.0" }, EventType { name: "Thought", version: "1.0" }];

    fn index(&self) -> usize {
        match self {
            Self::Asked { .. } => 0,
            Self::Thought {} => 1,
        }
    }
}

impl AskerEvent {
    /// What it asks for.
    pub fn request(&self) -> Option<Task> {
        match self {
            Self::Asked { task, what } => Some(Task { task_id: task.clone(), what: what.clone() }),
            Self::Thought {} => None,
        }
    }
}

/// The public side of an asker's events, which says which one it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asker {
    pub asker_id: String,
    pub version: i64,
    pub tenant: String,
    pub at: i64,
    pub event: String,
}

impl PublicEvents for Asker {
    type Id = String;
    type Stored = AskerEvent;
    const KIND: &'static str = "asker";
    const NAMESPACE: &'static str = "askers";
    const RECORDS: &'static [RecordType] = &[RecordType {
        name: "Asker",
        avsc: r#"{"type": "record", "name": "Asker", "namespace": "askers", "fields": [
            {"name": "asker_id", "type": "string"}, {"name": "version", "type": "long"}, {"name": "tenant", "type": "string"},
            {"name": "at", "type": "long"}, {"name": "event", "type": "string"}]}"#,
    }];

    fn index(&self) -> usize {
        0
    }

    fn head(&self) -> Head<'_> {
        Head { stream_id: &self.asker_id, version: self.version, tenant: &self.tenant, at: self.at }
    }

    fn describe(&self) -> String {
        self.event.clone()
    }

    fn publish(facts: &Facts<String>, stored: &AskerEvent) -> Self {
        let event = stored.event_type().to_owned();
        Self { asker_id: facts.id.clone(), version: facts.version, tenant: facts.tenant.to_string(), at: 7, event }
    }

    fn foreign(row: ForeignRow) -> Self {
        let tenant = row.tenant.to_string();
        Self { asker_id: row.aggregate_id, version: row.version, tenant, at: 0, event: row.event_type }
    }

    fn is_foreign(&self) -> bool {
        self.at == 0
    }

    fn read<'de, D: Deserializer<'de>>(_: usize, body: D) -> Result<Self, D::Error> {
        Self::deserialize(body)
    }
}

/// The request for a task. Its key is the task's id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    pub task_id: String,
    pub what: String,
}

impl RecordSet for Task {
    const NAMESPACE: &'static str = "tasks.commands";
    const RECORDS: &'static [RecordType] = &[RecordType {
        name: "Task",
        avsc: r#"{"type": "record", "name": "Task", "namespace": "tasks.commands", "fields": [
            {"name": "request_id", "type": "string"}, {"name": "tenant", "type": "string"}, {"name": "at", "type": "long"},
            {"name": "task_id", "type": "string"}, {"name": "what", "type": "string"}]}"#,
    }];

    fn index(&self) -> usize {
        0
    }

    fn read<'de, D: Deserializer<'de>>(index: usize, body: D) -> Result<Self, D::Error> {
        if index == 0 { Self::deserialize(body) } else { Err(D::Error::custom("there is one record")) }
    }
}

impl Requests for Task {
    fn key(&self) -> &str {
        &self.task_id
    }
}
