//! Reads all events of all streams of a kind, and checks that each can be read: I13.

use std::marker::PhantomData;

use domain::contract::{Position, PublicEvents, Published};
use domain::{StoredEvent, upcast};
use event_store::StoredRow;
use event_store::audit::Histories as StoredHistories;
use messaging::Readers;
use service_kit::BoxError;
use service_kit::audit::{Finding, Findings, Invariant};
use service_kit::errors::chain;
use tokio_postgres::Transaction;
use uuid::Uuid;

use crate::{published, published_as_foreign};

/// The stored events of a kind as the relay publishes them.
pub struct Histories<'a, E: PublicEvents> {
    stored: StoredHistories<'a>,
    readers: &'a Readers<E>,
    /// Events that cannot be read.
    pub findings: Findings,
    kind: PhantomData<fn(E)>,
}

impl<'a, E: PublicEvents> Histories<'a, E> {
    /// Begins at the first stream.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn open(transaction: &'a Transaction<'a>, readers: &'a Readers<E>) -> Result<Self, BoxError> {
        let stored = StoredHistories::open(transaction, E::KIND).await?;
        Ok(Self { stored, readers, findings: Findings::default(), kind: PhantomData })
    }

    /// The next events with the ids of their streams; none at the end.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn page(&mut self) -> Result<Vec<(Uuid, Published<E>)>, BoxError> {
        let rows = self.stored.page().await?;
        rows.into_iter().map(|(position, row)| self.published(position, row)).collect()
    }

    fn published(&mut self, position: Position, row: StoredRow) -> Result<(Uuid, Published<E>), BoxError> {
        let stream = row.stream.id.parse()?;
        let version = row.version;
        let event_type = row.event_type.clone();
        let is_own = E::Stored::current_version(&event_type).is_some();
        // A body of ours that does not read stops the relay; the audit goes on, and looks at it as at a stranger's.
        let decoded = is_own.then(|| upcast::decode::<E::Stored>(&event_type, &row.event_version, &row.payload));
        let refused = decoded.and_then(Result::err);
        let published: Published<E> = match refused {
            Some(_) => published_as_foreign(position, row),
            None => published(position, row)?,
        };
        let reason = match refused {
            Some(error) => Some(("undecodable", chain(&error))),
            None if published.event.is_foreign() && is_own => {
                Some(("unpublishable", "it cannot be published as what it is".to_owned()))
            }
            None => self.readers.check(&published.event).err().map(|error| ("unreadable", chain(&error))),
        };
        if let Some((code, reason)) = reason {
            let finding = Finding::new(Invariant::I13, code, format!("{event_type}: {reason}"));
            self.findings.push(finding.of(published.event.stream_id(), version).at(position));
        }
        Ok((stream, published))
    }
}
