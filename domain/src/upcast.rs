//! Reads stored events of any released schema: a chain of upcasters converts an old body to the current one.
//!
//! Guarantees: an event of the current version is parsed directly; an unknown type or version is an error that
//! names it. Does not: rewrite stored rows.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// An event that can be stored: it has a name, a schema version and a JSON body.
pub trait StoredEvent: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// The steps that convert bodies of earlier releases to the current schema.
    const UPCASTERS: &'static [Upcaster];
    /// Every type of event that this release writes, by index.
    const TYPES: &'static [EventType];

    /// The event's place in [`StoredEvent::TYPES`].
    fn index(&self) -> usize;

    /// The fact's name in the past tense, such as `OrderPlaced`.
    fn event_type(&self) -> &'static str {
        Self::TYPES[self.index()].name
    }

    /// The version of the stored schema, written to every row (`"1.0"`).
    fn event_version(&self) -> &'static str {
        Self::TYPES[self.index()].version
    }

    /// The version that this release writes for a type, `None` for a type it does not know.
    fn current_version(event_type: &str) -> Option<&'static str> {
        Self::TYPES.iter().find(|known| known.name == event_type).map(|known| known.version)
    }

    /// Whether this release reads a type in a version.
    fn is_read(event_type: &str, version: &str) -> bool {
        let is_lifted = |step: &Upcaster| step.event_type == event_type && step.from == version;
        Self::current_version(event_type)
            .is_some_and(|current| current == version || Self::UPCASTERS.iter().any(is_lifted))
    }
}

/// A type of event and the version in which this release stores it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventType {
    pub name: &'static str,
    pub version: &'static str,
}

/// One step of a chain: converts the body of one event type from one version to the next.
#[derive(Debug, Clone, Copy)]
pub struct Upcaster {
    pub event_type: &'static str,
    /// Version of the input.
    pub from: &'static str,
    /// Version of the output.
    pub to: &'static str,
    /// Converts the body, which is the whole stored document, `{"EventType": {…}}`.
    pub lift: fn(Value) -> Result<Value, String>,
}

/// Why a stored row could not be read as an event.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// No release has written such a type.
    #[error("unknown event type {0:?}")]
    UnknownType(String),
    /// No chain leads from this version to the current one.
    #[error("no upcaster leads from version {version:?} of {event_type} to {current:?}")]
    UnknownVersion {
        event_type: String,
        version: String,
        /// The version that this release reads.
        current: &'static str,
    },
    /// A step refused the body.
    #[error("cannot lift {event_type} from version {version}: {reason}")]
    Lift {
        event_type: String,
        /// Version that the step reads.
        version: String,
        /// The step's message.
        reason: String,
    },
    /// The body does not match the schema of its type and version.
    #[error("the body of {event_type} does not have its shape")]
    Body {
        event_type: String,
        #[source]
        source: serde_json::Error,
    },
}

/// Reads a stored event, converting an old one by its type's chain.
///
/// # Errors
/// [`DecodeError`] names the type and version and what is wrong with them.
pub fn decode<E: StoredEvent>(event_type: &str, version: &str, body: &str) -> Result<E, DecodeError> {
    let current = E::current_version(event_type).ok_or_else(|| DecodeError::UnknownType(event_type.to_owned()))?;
    let shape = |source| DecodeError::Body { event_type: event_type.to_owned(), source };
    if version == current {
        return serde_json::from_str(body).map_err(shape);
    }
    let mut value: Value = serde_json::from_str(body).map_err(shape)?;
    let mut at = version;
    // A chain visits each step at most once, so a loop of versions ends as unknown.
    for _ in 0..=E::UPCASTERS.len() {
        if at == current {
            return serde_json::from_value(value).map_err(shape);
        }
        let Some(step) = E::UPCASTERS.iter().find(|step| step.event_type == event_type && step.from == at) else {
            break;
        };
        value = (step.lift)(value).map_err(|reason| DecodeError::Lift {
            event_type: event_type.to_owned(),
            version: at.to_owned(),
            reason,
        })?;
        at = step.to;
    }
    Err(DecodeError::UnknownVersion { event_type: event_type.to_owned(), version: version.to_owned(), current })
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::json;

    use super::*;
    use crate::EventType;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    enum Event {
        Weighed { grams: i64 },
    }

    impl StoredEvent for Event {
        const UPCASTERS: &'static [Upcaster] = &[
            Upcaster {
                event_type: "Weighed",
                from: "1.0",
                to: "1.1",
                lift: |body| Ok(json!({"Weighed": {"kilograms": body["Weighed"]["kg"]}})),
            },
            Upcaster {
                event_type: "Weighed",
                from: "1.1",
                to: "2.0",
                lift: |body| {
                    let kilograms = body["Weighed"]["kilograms"].as_i64().ok_or("kilograms is no whole number")?;
                    Ok(json!({"Weighed": {"grams": kilograms * 1_000}}))
                },
            },
        ];

        const TYPES: &'static [EventType] = &[EventType { name: "Weighed", version: "2.0" }];

        fn index(&self) -> usize {
            0
        }
    }

    #[test]
    fn lifts_an_old_event_through_every_version() {
        let read = |version, body: Value| decode::<Event>("Weighed", version, &body.to_string());
        assert_eq!(read("1.0", json!({"Weighed": {"kg": 3}})).unwrap(), Event::Weighed { grams: 3_000 });
        assert_eq!(read("1.1", json!({"Weighed": {"kilograms": 2}})).unwrap(), Event::Weighed { grams: 2_000 });
        assert_eq!(read("2.0", json!({"Weighed": {"grams": 7}})).unwrap(), Event::Weighed { grams: 7 });
    }

    #[test]
    fn names_what_it_cannot_read() {
        let read =
            |kind, version, body: Value| decode::<Event>(kind, version, &body.to_string()).unwrap_err().to_string();
        assert_eq!(read("Sung", "1.0", json!({})), "unknown event type \"Sung\"");
        assert_eq!(read("Weighed", "9.9", json!({})), "no upcaster leads from version \"9.9\" of Weighed to \"2.0\"");
        assert_eq!(
            read("Weighed", "1.1", json!({"Weighed": {}})),
            "cannot lift Weighed from version 1.1: kilograms is no whole number"
        );
        assert_eq!(read("Weighed", "2.0", json!({"Weighed": 1})), "the body of Weighed does not have its shape");
    }
}
