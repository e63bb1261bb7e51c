//! Reads all events of all orders, one order after the other, and checks that each can be read: I13.

use domain::contract::Position;
use domain::order::OrderEvent;
use domain::order::contract::{PublicEvent, Published};
use domain::{EventId, StoredEvent, Timestamp, upcast};
use event_store::{StoredRow, StreamId};
use messaging::Readers;
use read_models::audit::Sorted;
use service_kit::BoxError;
use service_kit::errors::chain;
use tokio_postgres::{Portal, Row, Transaction};
use uuid::Uuid;

use super::finding::{Finding, Findings, Invariant};

/// Events fetched at once.
const PAGE_EVENTS: i32 = 1_000;

/// The stored events as the relay publishes them.
pub struct Histories<'a> {
    transaction: &'a Transaction<'a>,
    portal: Portal,
    readers: &'a Readers<PublicEvent>,
    /// Events that cannot be read.
    pub findings: Findings,
}

impl<'a> Histories<'a> {
    /// Begins at the first order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn open(transaction: &'a Transaction<'a>, readers: &'a Readers<PublicEvent>) -> Result<Self, BoxError> {
        let statement = transaction.prepare(include_str!("../sql/audit_histories.sql")).await?;
        let portal = transaction.bind(&statement, &[]).await?;
        Ok(Self { transaction, portal, readers, findings: Findings::default() })
    }

    fn published(&mut self, row: &Row) -> Result<(Uuid, Published), BoxError> {
        let (position, row) = stored(row)?;
        let order_id = row.stream.id.parse()?;
        let version = row.version;
        let event_type = row.event_type.clone();
        // A body of ours that does not read stops the relay; the audit goes on, and looks at it as at a stranger's.
        let refused = OrderEvent::current_version(&event_type)
            .and_then(|_| upcast::decode::<OrderEvent>(&event_type, &row.event_version, &row.payload).err());
        let published = match refused {
            Some(_) => relay::published_as_foreign(position, row),
            None => relay::published(position, row)?,
        };
        let foreign = matches!(published.event, PublicEvent::ForeignEvent(_));
        let reason = match refused {
            Some(error) => Some(("undecodable", chain(&error))),
            None if foreign && OrderEvent::current_version(&event_type).is_some() => {
                Some(("unpublishable", "it cannot be published as what it is".to_owned()))
            }
            None => self.readers.check(&published.event).err().map(|error| ("unreadable", chain(&error))),
        };
        if let Some((code, reason)) = reason {
            let finding = Finding::new(Invariant::I13, code, format!("{event_type}: {reason}"));
            self.findings.push(finding.of(published.event.order_id(), version).at(position));
        }
        Ok((order_id, published))
    }
}

impl Sorted for Histories<'_> {
    type Item = Published;

    async fn page(&mut self) -> Result<Vec<(Uuid, Published)>, BoxError> {
        let rows = self.transaction.query_portal(&self.portal, PAGE_EVENTS).await?;
        rows.iter().map(|row| self.published(row)).collect()
    }
}

fn stored(row: &Row) -> Result<(Position, StoredRow), BoxError> {
    let position = Position { shard: row.try_get(2)?, position: row.try_get(3)? };
    let stored = StoredRow {
        stream: StreamId::new("order", row.try_get(0)?),
        version: row.try_get(1)?,
        event_type: row.try_get(4)?,
        event_version: row.try_get(5)?,
        payload: row.try_get(6)?,
        metadata: row.try_get(7)?,
        event_id: EventId::new(row.try_get(8)?),
        tenant: row.try_get(9)?,
        recorded_at: Timestamp::try_from(row.try_get::<_, chrono::DateTime<chrono::Utc>>(10)?)?,
    };
    Ok((position, stored))
}
