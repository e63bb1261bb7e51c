//! Turns stored rows into the records to publish.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use domain::contract::{Facts, ForeignRow, Position, PublicEvents, Published, Request};
use domain::upcast::{self, DecodeError};
use domain::{EventId, StoredEvent, TenantId, Timestamp};
use event_store::{Metadata, StoredRow, StreamId};
use messaging::OutgoingRecord;

use crate::routes::{Asker, Asking};

/// The tenant of rows whose writer sets none.
const DEFAULT_TENANT: &str = "default";
/// Largest body of a foreign row that is published, in bytes; a row with a larger one is published without it.
const FOREIGN_BODY_BYTES_MAX: usize = 500_000;
/// A payload up to this size, in bytes, is publishable without being measured: a value takes no more bytes in Avro than
/// in JSON, and the fields that a record adds to its row take a few bytes a line.
const UNMEASURED_BYTES_MAX: usize = 250_000;

/// Why a row of a kind that this release writes cannot be published.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableEvent {
    /// This release cannot read the row's body or version.
    #[error("event {event} at position {position}, version {version} of stream {stream}, cannot be read")]
    Body {
        position: Position,
        event: EventId,
        stream: StreamId,
        version: i64,
        #[source]
        source: Box<DecodeError>,
    },
    /// The row's stream id is not of the form that its kind has.
    #[error("event {event} at position {position} is of a kind whose streams are not named like {stream}")]
    Stream { position: Position, event: EventId, stream: StreamId },
}

/// The record of a row: the public event of an event of the engine, or a `ForeignEvent` for any other row.
///
/// # Errors
/// [`UnreadableEvent`] for an engine's row that cannot be read: published as a foreign event, it would be lost to every
/// consumer.
pub fn outgoing<E: PublicEvents>(position: Position, row: StoredRow) -> Result<OutgoingRecord<E>, UnreadableEvent> {
    Ok(prepared(position, row)?.outgoing)
}

/// A row's record, and what can be told from the event behind it.
pub(crate) struct Prepared<E: PublicEvents> {
    pub(crate) outgoing: OutgoingRecord<E>,
    /// `None` for a row that is no event of this kind.
    pub(crate) own: Option<Asker<E>>,
}

/// Prepares a row for publishing. An event that is too large to go out as what it is can ask for something all the same.
pub(crate) fn prepared<E: PublicEvents>(position: Position, row: StoredRow) -> Result<Prepared<E>, UnreadableEvent> {
    let payload_hash = payload_hash(&row);
    let Some(Own { stored, public, is_publishable }) = own_event::<E>(position, &row)? else {
        let published = with_envelope(position, row, None);
        return Ok(Prepared { outgoing: OutgoingRecord { published, payload_hash }, own: None });
    };
    let tenant = tenant_of(&row);
    let stream_id = Arc::clone(&row.stream.id);
    let at = Timestamp::try_from_micros(public.at()).unwrap_or(row.recorded_at);
    let published = with_envelope(position, row, is_publishable.then_some(public));
    let Published { event_id, recorded_at, .. } = published;
    let asking = Asking {
        request: Request { id: event_id.into(), tenant, at, body: () },
        position,
        recorded_at,
        correlation_id: published.correlation_id.clone(),
        causation_id: published.causation_id.clone(),
        traceparent: published.traceparent.clone(),
        payload_hash,
    };
    Ok(Prepared {
        outgoing: OutgoingRecord { published, payload_hash },
        own: Some(Asker { stream_id, stored, asking }),
    })
}

/// The public event and envelope of a row, for readers of the log that need no payload hash.
///
/// # Errors
/// [`UnreadableEvent`], as for [`outgoing`].
pub fn published<E: PublicEvents>(position: Position, row: StoredRow) -> Result<Published<E>, UnreadableEvent> {
    let own = own_event::<E>(position, &row)?;
    let public = own.and_then(|own| own.is_publishable.then_some(own.public));
    Ok(with_envelope(position, row, public))
}

/// A row as a `ForeignEvent` with its envelope, for readers of the log that go on in spite of an [`UnreadableEvent`].
pub fn published_as_foreign<E: PublicEvents>(position: Position, row: StoredRow) -> Published<E> {
    with_envelope(position, row, None)
}

fn with_envelope<E: PublicEvents>(position: Position, row: StoredRow, own: Option<E>) -> Published<E> {
    let metadata = Metadata::from_json(&row.metadata);
    let event_id = row.event_id;
    let recorded_at = row.recorded_at;
    Published {
        event: own.unwrap_or_else(|| E::foreign(foreign(row))),
        event_id,
        position,
        recorded_at,
        correlation_id: metadata.correlation_id,
        causation_id: metadata.causation_id,
        traceparent: metadata.traceparent,
    }
}

/// An event of a row whose kind and type this release writes.
pub(crate) struct Own<E: PublicEvents> {
    pub(crate) stored: E::Stored,
    public: E,
    /// Whether it can be published as what it is: only another program can have stored one that is too large.
    is_publishable: bool,
}

/// The event of a row; `None` where it is of another kind.
pub(crate) fn own_event<E: PublicEvents>(
    position: Position,
    row: &StoredRow,
) -> Result<Option<Own<E>>, UnreadableEvent> {
    if &*row.stream.kind != E::KIND || E::Stored::current_version(&row.event_type).is_none() {
        return Ok(None);
    }
    let event = row.event_id;
    let stream = row.stream.clone();
    let Ok(id) = row.stream.id.parse() else { return Err(UnreadableEvent::Stream { position, event, stream }) };
    let stored = upcast::decode::<E::Stored>(&row.event_type, &row.event_version, &row.payload).map_err(|source| {
        UnreadableEvent::Body { position, event, stream, version: row.version, source: source.into() }
    })?;
    let public = E::publish(&Facts { id, version: row.version, tenant: tenant_of(row) }, &stored);
    let is_publishable = row.payload.len() <= UNMEASURED_BYTES_MAX || messaging::check_publishable(&public).is_ok();
    if !is_publishable {
        tracing::warn!(%position, event = %row.event_id, "too large to be published as what it is; goes out as a foreign event");
    }
    Ok(Some(Own { stored, public, is_publishable }))
}

fn tenant_of(row: &StoredRow) -> TenantId {
    TenantId::try_new(&row.tenant)
        .unwrap_or_else(|_| TenantId::try_new(DEFAULT_TENANT).expect("the default tenant is a slug"))
}

fn foreign(row: StoredRow) -> ForeignRow {
    let tenant = tenant_of(&row);
    let body = (row.payload.len() <= FOREIGN_BODY_BYTES_MAX).then_some(row.payload);
    ForeignRow {
        aggregate_type: row.stream.kind.to_string(),
        aggregate_id: row.stream.id.to_string(),
        version: row.version,
        tenant,
        recorded_at: row.recorded_at,
        event_type: row.event_type,
        event_version: row.event_version,
        body,
    }
}

/// SHA-256 of a row's payload.
pub(crate) fn payload_hash(row: &StoredRow) -> [u8; 32] {
    hash(&row.payload)
}

fn hash(payload: &str) -> [u8; 32] {
    let digest = digest(&SHA256, payload.as_bytes());
    digest.as_ref().try_into().expect("SHA-256 has 32 bytes")
}

#[cfg(test)]
mod tests {
    use domain::Timestamp;
    use domain::order::contract::{PublicEvent, Published};

    use crate::declared_events;

    use super::*;

    const ORDER: &str = "018f0000-0000-7000-8000-000000000001";
    const AT: Position = Position { shard: 0, position: 7 };

    fn row(stream: StreamId, event_type: &str, event_version: &str, payload: &str) -> StoredRow {
        StoredRow {
            stream,
            version: 1,
            event_type: event_type.to_owned(),
            event_version: event_version.to_owned(),
            payload: payload.to_owned(),
            metadata: "{}".to_owned(),
            event_id: EventId::new(ORDER.parse().unwrap()),
            tenant: "shop".to_owned(),
            recorded_at: Timestamp::try_from_micros(1_790_000_000_000_000).unwrap(),
        }
    }

    fn of_order(event_type: &str, event_version: &str, payload: &str) -> Result<Published, UnreadableEvent> {
        published(AT, row(StreamId::new("order", ORDER), event_type, event_version, payload))
    }

    #[test]
    fn an_event_of_ours_that_does_not_decode_is_an_error_that_names_it() {
        for (version, payload) in [("1.0", "{}"), ("1.0", "{\"OrderCancelled\": {}}"), ("7.0", "{}")] {
            let said = of_order("OrderCancelled", version, payload).unwrap_err().to_string();
            assert!(said.contains(ORDER) && said.contains("position 0.7"), "{said}");
        }
        let stray = row(StreamId::new("order", "no id"), "OrderCancelled", "1.0", "{}");
        assert!(matches!(published::<PublicEvent>(AT, stray), Err(UnreadableEvent::Stream { .. })));
    }

    #[test]
    fn what_is_of_no_kind_of_ours_goes_out_as_what_it_is() {
        assert!(matches!(of_order("Noted", "1.0", "[]").unwrap().event, PublicEvent::ForeignEvent(_)));
        let other = row(StreamId::new("note", "n"), "OrderCancelled", "1.0", "{}");
        assert!(matches!(published(AT, other).unwrap().event, PublicEvent::ForeignEvent(_)));
    }

    #[test]
    fn every_public_event_but_the_foreign_one_is_declared() {
        let declared: Vec<_> = declared_events::<PublicEvent>().into_iter().map(|event| event.event_type).collect();
        let names: Vec<_> =
            PublicEvent::RECORDS.iter().map(|record| record.name).filter(|name| *name != "ForeignEvent").collect();
        assert_eq!(declared, names);
    }
}
