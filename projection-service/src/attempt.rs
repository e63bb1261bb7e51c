//! One attempt to apply one batch: offsets, rows and parked records in one transaction.

use std::collections::HashMap;

use domain::Timestamp;
use domain::contract::{PublicEvents, Published};
use messaging::IncomingRecord;
use read_models::{Applier, ModelSet};
use tokio_postgres::Transaction;

use crate::batch::{Batch, Divided};
use crate::config::ProjectionSettings;
use crate::database::{Connection, Scope, statement};
use crate::error::AttemptError;
use crate::offsets::{self, Moves};
use crate::parking::{self, BEHIND, Parked, ParkedKeys};

/// How a batch is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// All streams with one call.
    Together,
    /// Each stream within its own savepoint. Slower; used when the database refuses a value of the batch.
    StreamByStream,
}

pub(crate) struct Attempt<'a, M: ModelSet> {
    pub(crate) settings: &'a ProjectionSettings,
    pub(crate) now: Timestamp,
    pub(crate) batch: &'a Batch<M::Event>,
    pub(crate) moves: &'a Moves,
    pub(crate) mode: Mode,
    /// Whether an earlier attempt may have committed although its answer was lost.
    pub(crate) retried: bool,
}

/// What an attempt did.
#[derive(Debug)]
pub(crate) struct Applied<E> {
    /// Records whose events changed rows.
    pub(crate) fresh: usize,
    pub(crate) duplicates: usize,
    pub(crate) foreign: usize,
    pub(crate) parked: usize,
    /// Each partition that has parked keys, with their number.
    pub(crate) parked_keys: Vec<(i32, usize)>,
    /// The applied events; empty unless the tracing of single streams is enabled.
    pub(crate) published: Vec<Published<E>>,
}

impl<M: ModelSet> Attempt<'_, M> {
    #[tracing::instrument(name = "projection.batch.apply", skip_all, fields(batch.records = self.batch.len()))]
    pub(crate) async fn run(&self, connection: &mut Connection<M>) -> Result<Applied<M::Event>, AttemptError> {
        let Connection { client, applier, statements } = connection;
        let scope = Scope { group: &self.settings.group, topic: &self.settings.topic };
        let mut transaction = client.transaction().await.map_err(statement("beginning a transaction"))?;
        match offsets::advance(&transaction, statements, scope, self.moves, self.now).await {
            Err(AttemptError::Moved) if self.retried => {
                let already_committed = offsets::have_moved(&transaction, statements, scope, self.moves).await?;
                return if already_committed { Ok(Applied::default()) } else { Err(AttemptError::Moved) };
            }
            advanced => advanced?,
        }
        let partitions: Vec<_> = self.moves.keys().copied().collect();
        let mut keys = ParkedKeys::load(&transaction, statements, scope, &partitions).await?;
        let divided = self.batch.divide(&mut keys);
        let (mut applied, parked) = self.apply(&mut transaction, applier, divided, &mut keys).await?;
        applied.parked = parked.len();
        applied.parked_keys = keys.counts().collect();
        if !parked.is_empty() {
            self.check_parked(&applied.parked_keys)?;
            parking::park(&transaction, statements, scope, &parked).await?;
            let Self { settings, .. } = self;
            parking::copy(&settings.messaging.kafka_brokers, &settings.dead_letters, &settings.group, &parked).await?;
            log_parked(&parked);
        }
        transaction.commit().await.map_err(statement("committing a batch"))?;
        Ok(applied)
    }

    /// Applies the events that can be applied, and adds the records whose events do not fold to the parked ones.
    async fn apply<'b>(
        &self,
        transaction: &mut Transaction<'_>,
        applier: &Applier<M>,
        divided: Divided<'b, M::Event>,
        keys: &mut ParkedKeys,
    ) -> Result<(Applied<M::Event>, Vec<Parked<'b>>), AttemptError> {
        let Divided { apply, origins, mut parked, others } = divided;
        let mut done = Applied { foreign: others, ..Applied::default() };
        match self.mode {
            Mode::Together => {
                let report = applier.apply(transaction, &apply).await?;
                done.count(&report);
                park_failures(&report, &origins, keys, &mut parked);
            }
            Mode::StreamByStream => {
                for StreamEvents { events, origins } in by_stream(&apply, &origins) {
                    let savepoint = transaction.savepoint("one_stream").await;
                    let savepoint = savepoint.map_err(statement("setting a savepoint"))?;
                    match applier.apply(&savepoint, &events).await {
                        Ok(report) => {
                            savepoint.commit().await.map_err(statement("releasing a savepoint"))?;
                            done.count(&report);
                            park_failures(&report, &origins, keys, &mut parked);
                        }
                        Err(error) if error.is_about_a_record() => {
                            savepoint.rollback().await.map_err(statement("returning to a savepoint"))?;
                            park_all(&service_kit::errors::chain(&error), &origins, keys, &mut parked);
                        }
                        Err(error) => return Err(error.into()),
                    }
                }
            }
        }
        if crate::trace::is_enabled() {
            done.published = apply.into_owned();
        }
        parked.sort_by_key(|parked| (parked.record.partition, parked.record.offset));
        Ok((done, parked))
    }

    fn check_parked(&self, parked_keys: &[(i32, usize)]) -> Result<(), AttemptError> {
        match parked_keys.iter().find(|(_, keys)| *keys > self.settings.parked_keys_max) {
            Some(&(partition, keys)) => Err(AttemptError::TooManyParked { partition, keys }),
            None => Ok(()),
        }
    }
}

impl<E> Default for Applied<E> {
    fn default() -> Self {
        Self { fresh: 0, duplicates: 0, foreign: 0, parked: 0, parked_keys: Vec::new(), published: Vec::new() }
    }
}

impl<E> Applied<E> {
    fn count(&mut self, report: &read_models::ApplyReport) {
        self.fresh += report.applied;
        self.duplicates += report.duplicates;
        self.foreign += report.foreign;
    }
}

impl AttemptError {
    /// Whether the content of a record caused the error, so that repeating the batch cannot succeed.
    pub(crate) fn is_about_a_record(&self) -> bool {
        matches!(self, Self::Apply(error) if error.is_about_a_record())
    }
}

fn park_failures<'b>(
    report: &read_models::ApplyReport,
    origins: &[&'b IncomingRecord],
    keys: &mut ParkedKeys,
    parked: &mut Vec<Parked<'b>>,
) {
    for failure in &report.failures {
        let records: Vec<_> = failure.indices.iter().map(|&index| origins[index]).collect();
        park_all(&service_kit::errors::chain(&failure.error), &records, keys, parked);
    }
}

/// Parks the first record for the given reason and the others behind it.
fn park_all<'b>(reason: &str, records: &[&'b IncomingRecord], keys: &mut ParkedKeys, parked: &mut Vec<Parked<'b>>) {
    for (index, &record) in records.iter().enumerate() {
        keys.add(record);
        parked.push(Parked { record, reason: if index == 0 { reason.to_owned() } else { BEHIND.to_owned() } });
    }
}

/// The events of one stream.
struct StreamEvents<'b, E> {
    events: Vec<Published<E>>,
    /// For each event, the record it came in.
    origins: Vec<&'b IncomingRecord>,
}

fn by_stream<'b, E: PublicEvents>(events: &[Published<E>], origins: &[&'b IncomingRecord]) -> Vec<StreamEvents<'b, E>> {
    let mut indexes: HashMap<&str, usize> = HashMap::new();
    let mut streams: Vec<StreamEvents<'b, E>> = Vec::new();
    for (event, origin) in events.iter().zip(origins) {
        let index = *indexes.entry(event.event.stream_id()).or_insert(streams.len());
        if index == streams.len() {
            streams.push(StreamEvents { events: Vec::new(), origins: Vec::new() });
        }
        streams[index].events.push(event.clone());
        streams[index].origins.push(origin);
    }
    streams
}

fn log_parked(parked: &[Parked<'_>]) {
    for Parked { record, reason } in parked {
        let IncomingRecord { partition, offset, .. } = record;
        tracing::error!(partition, offset, reason, "parked a record");
    }
}
