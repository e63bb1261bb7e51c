//! Events of the log that the live projector had not applied yet, and those of them that it has applied since.

use std::collections::{BTreeMap, HashMap};

use domain::contract::{PublicEvents, Published};
use tokio_postgres::GenericClient;
use uuid::Uuid;

use super::Log;
use super::error::{RebuildError, database};
use crate::generation::{Generations, schema};
use crate::model::Models;
use crate::set::ModelSet;

/// Most events held in memory; a projector that is farther behind must catch up first.
pub(super) const PENDING_EVENTS_MAX: usize = 200_000;
/// Events read from the log at once.
pub(super) const PAGE_EVENTS: i64 = 2_000;

/// How far the log was read, and the events up to there that are not applied yet.
pub(super) struct Pending<M: ModelSet> {
    /// The last position read of each shard.
    pub(super) read: Vec<i64>,
    by_stream: BTreeMap<Uuid, Vec<Published<M::Event>>>,
    events: usize,
}

impl<M: ModelSet> Pending<M> {
    pub(super) const fn after(read: Vec<i64>) -> Self {
        Self { read, by_stream: BTreeMap::new(), events: 0 }
    }

    pub(super) fn push(&mut self, stream_id: Uuid, record: Published<M::Event>) -> Result<(), RebuildError> {
        if self.events == PENDING_EVENTS_MAX {
            return Err(RebuildError::ProjectorBehind(PENDING_EVENTS_MAX));
        }
        self.by_stream.entry(stream_id).or_default().push(record);
        self.events += 1;
        Ok(())
    }

    /// Reads the log to its end.
    pub(super) async fn follow(&mut self, log: &impl Log<M::Event>) -> Result<(), RebuildError> {
        let heads = log.heads().await.map_err(RebuildError::Log)?;
        self.read.resize(heads.len(), 0);
        for (index, head) in heads.into_iter().enumerate() {
            let shard = i16::try_from(index).expect("shards are numbered in 16 bits");
            while self.read[index] < head {
                let page = log.page(shard, self.read[index], PAGE_EVENTS).await.map_err(RebuildError::Log)?;
                let Some(last) = page.last() else { break };
                self.read[index] = last.position.position;
                for record in page {
                    if let Some(stream_id) = stream_of::<M>(&record) {
                        self.push(stream_id, record)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Removes and returns the events that the live tables have by now.
    pub(super) async fn applied(
        &mut self,
        client: &impl GenericClient,
        live: &Generations,
    ) -> Result<Vec<Published<M::Event>>, RebuildError> {
        let ids: Vec<Uuid> = self.by_stream.keys().copied().collect();
        let statement = qualified(include_str!("../../sql/rebuild/versions_of.sql"), M::MODELS, live);
        let rows =
            client.query(&statement, &[&ids]).await.map_err(database("read what the live projector has applied"))?;
        let mut due = Vec::new();
        for row in rows {
            let stream_id: Uuid = row.get(0);
            let version = row.get::<_, Option<i64>>(1).unwrap_or(0);
            let records = self.by_stream.get_mut(&stream_id).expect("only pending streams were queried");
            let count = records.iter().take_while(|record| record.event.version() <= version).count();
            due.extend(records.drain(..count));
            self.events -= count;
        }
        self.by_stream.retain(|_, records| !records.is_empty());
        Ok(due)
    }

    /// Removes and returns all events.
    pub(super) fn everything(&mut self) -> Vec<Published<M::Event>> {
        self.events = 0;
        std::mem::take(&mut self.by_stream).into_values().flatten().collect()
    }

    /// For each shard the position up to which all events are applied.
    pub(super) fn applied_positions(&self) -> Vec<i64> {
        let mut positions = self.read.clone();
        for record in self.by_stream.values().flatten() {
            let shard = usize::try_from(record.position.shard).expect("shards are numbered from zero");
            positions[shard] = positions[shard].min(record.position.position - 1);
        }
        positions
    }
}

/// The stream of an event; `None` for events of other programs and kinds, which belong to none of the set's.
pub(super) fn stream_of<M: ModelSet>(record: &Published<M::Event>) -> Option<Uuid> {
    if M::is_foreign(&record.event) { None } else { Uuid::parse_str(record.event.stream_id()).ok() }
}

/// The version of every stream in the live tables.
pub(super) async fn live_versions(
    client: &impl GenericClient,
    models: Models,
    live: &Generations,
) -> Result<HashMap<Uuid, i64>, RebuildError> {
    let statement = qualified(include_str!("../../sql/rebuild/versions.sql"), models, live);
    let rows = client.query(&statement, &[]).await.map_err(database("read what the live projector has applied"))?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// A statement over the tables of given generations, whatever the connection's search path.
fn qualified(statement: &str, models: Models, generations: &Generations) -> String {
    let table = |model| {
        let generation = generations.of(model).expect("every model has a live generation");
        format!("{}.{}", schema(model, generation), model.name())
    };
    let statement = statement.replace("{view}", &table(models.view)).replace("{history}", &table(models.history));
    statement.replace("{id}", models.id_column())
}
