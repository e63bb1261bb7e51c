//! From a stored row to the record that goes out.

use aws_lc_rs::digest::{SHA256, digest};
use domain::contract::{Facts, ForeignRow, Position, PublicEvent, Published, publish, publish_foreign};
use domain::order::{Order, OrderEvent};
use domain::{Decider, TenantId, upcast};
use event_store::{Metadata, StoredRow};
use messaging::OutgoingRecord;

/// The tenant of rows whose writer knows of none.
const DEFAULT_TENANT: &str = "default";
/// Largest body of a foreign row that is sent along, in bytes; a larger one goes without.
const FOREIGN_BODY_BYTES_MAX: usize = 500_000;
/// A payload up to this size, in bytes, is publishable without being measured: Avro takes no more for a value than JSON does,
/// and what a record repeats of its row and its total is a few bytes a line.
const UNMEASURED_BYTES_MAX: usize = 250_000;

/// The record of a row: the public event of one of ours, or a `ForeignEvent` for whatever else stands there.
pub fn outgoing(position: Position, row: StoredRow) -> OutgoingRecord {
    let payload_hash = hash(&row.payload);
    OutgoingRecord { published: published(position, row), payload_hash }
}

/// What a row's record says, for whoever reads the log itself and needs no proof of the payload.
pub fn published(position: Position, row: StoredRow) -> Published {
    let metadata = Metadata::from_json(&row.metadata);
    let (event_id, recorded_at) = (row.event_id, row.recorded_at);
    Published {
        event: public_event(row),
        event_id,
        position,
        recorded_at,
        correlation_id: metadata.correlation_id,
        causation_id: metadata.causation_id,
        traceparent: metadata.traceparent,
    }
}

fn public_event(row: StoredRow) -> PublicEvent {
    let tenant = TenantId::try_new(&row.tenant)
        .unwrap_or_else(|_| TenantId::try_new(DEFAULT_TENANT).expect("the default tenant is a slug"));
    if &*row.stream.kind == Order::KIND
        && let Ok(order_id) = row.stream.id.parse()
        && let Ok(event) = upcast::decode::<OrderEvent>(&row.event_type, &row.event_version, &row.payload)
    {
        let public = publish(&Facts { order_id, version: row.version, tenant: tenant.clone() }, &event);
        if row.payload.len() <= UNMEASURED_BYTES_MAX || messaging::check_publishable(&public).is_ok() {
            return public;
        }
    }
    foreign(row, tenant)
}

fn foreign(row: StoredRow, tenant: TenantId) -> PublicEvent {
    let body = (row.payload.len() <= FOREIGN_BODY_BYTES_MAX).then_some(row.payload);
    publish_foreign(ForeignRow {
        aggregate_type: row.stream.kind.to_string(),
        aggregate_id: row.stream.id.to_string(),
        version: row.version,
        tenant,
        recorded_at: row.recorded_at,
        event_type: row.event_type,
        event_version: row.event_version,
        body,
    })
}

fn hash(payload: &str) -> [u8; 32] {
    let digest = digest(&SHA256, payload.as_bytes());
    digest.as_ref().try_into().expect("SHA-256 has 32 bytes")
}
