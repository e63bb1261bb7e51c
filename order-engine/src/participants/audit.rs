//! The audit of a kind's read models, whatever the kind is.

use domain::contract::{PublicEvents, Published};
use futures::FutureExt;
use futures::future::BoxFuture;
use messaging::{Decoder, IncomingRecord, Readers, Registry};
use projection_service::audit::{Consumed, Counts, ParkedKey, check};
use read_models::ModelSet;
use read_models::audit::{Looked, Sorted};
use relay::audit::Histories;
use service_kit::BoxError;
use service_kit::audit::Findings;
use tokio_postgres::Transaction;
use uuid::Uuid;

/// The stored histories of a kind as its read models are compared with them.
pub struct StoredStreams<'a, 'b, E: PublicEvents>(pub &'b mut Histories<'a, E>);

impl<E: PublicEvents> Sorted for StoredStreams<'_, '_, E> {
    type Item = Published<E>;

    async fn page(&mut self) -> Result<Vec<(Uuid, Published<E>)>, BoxError> {
        self.0.page().await
    }
}

/// The read models of a kind under audit.
pub trait AuditedModels: Send {
    /// Compares all live rows with the log, as another transaction sees it, up to its heads by shard.
    fn check<'s>(
        &'s self,
        log: &'s Transaction<'_>,
        heads: &'s [i64],
        findings: &'s mut Findings,
    ) -> BoxFuture<'s, Result<(Looked, Vec<ParkedKey>), BoxError>>;

    /// Looks what became of records of the topic.
    fn batch<'s>(
        &'s mut self,
        records: &'s [IncomingRecord],
        findings: &'s mut Findings,
    ) -> BoxFuture<'s, Result<(), BoxError>>;

    /// Finds what is left once all records were looked at, and says what became of them.
    fn finish(&self, findings: &mut Findings) -> Counts;
}

/// The read models of a set under audit.
pub(super) struct Projected<'a, M: ModelSet> {
    read: &'a Transaction<'a>,
    consumed: Consumed<'a, M>,
    readers: Readers<M::Event>,
}

impl<'a, M: ModelSet> Projected<'a, M> {
    pub(super) async fn load(read: &'a Transaction<'a>, registry: &Registry, topic: &str) -> Result<Self, BoxError> {
        let consumed = Consumed::load(read, &Decoder::new(registry.clone()), M::GROUP, topic).await?;
        Ok(Self { read, consumed, readers: Readers::connect(registry, topic).await? })
    }
}

impl<M: ModelSet> AuditedModels for Projected<'_, M> {
    fn check<'s>(
        &'s self,
        log: &'s Transaction<'_>,
        heads: &'s [i64],
        findings: &'s mut Findings,
    ) -> BoxFuture<'s, Result<(Looked, Vec<ParkedKey>), BoxError>> {
        async move {
            let mut histories = Histories::open(log, &self.readers).await?;
            let looked = check(self.read, StoredStreams(&mut histories), heads, &self.consumed, findings).await?;
            findings.append(&mut histories.findings);
            Ok(looked)
        }
        .boxed()
    }

    fn batch<'s>(
        &'s mut self,
        records: &'s [IncomingRecord],
        findings: &'s mut Findings,
    ) -> BoxFuture<'s, Result<(), BoxError>> {
        self.consumed.batch(records, findings).boxed()
    }

    fn finish(&self, findings: &mut Findings) -> Counts {
        self.consumed.finish(findings);
        self.consumed.counts
    }
}
