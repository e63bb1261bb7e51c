//! Fills a new set of tables from the log: exactly to the version that the live projector has applied of each stream, or
//! to the end.
//!
//! Memory is bounded by passes: each holds the streams of one part of the ids, and reads the log once.

use std::collections::{HashMap, HashSet};

use domain::contract::{PublicEvents, Published};
use futures::{StreamExt, TryFutureExt, TryStreamExt, try_join};
use service_kit::BoxError;
use service_kit::clock::Stopwatch;
use tokio_postgres::Client;
use uuid::Uuid;

use super::error::{RebuildError, database};
use super::pending::{PAGE_EVENTS, Pending, stream_of};
use super::{Log, Progress, copy};
use crate::set::{ModelSet, View};
use crate::sums::Sums;

/// Pages read and decoded ahead of the fold.
const PAGES_AHEAD: usize = 4;

/// A map by stream id. The ids are the engine's own, so no client can choose them to collide.
type ByStream<T> = HashMap<Uuid, T, foldhash::fast::RandomState>;

/// Events, each with the id of its stream.
type StreamEvents<M> = Vec<(Uuid, Published<<M as ModelSet>::Event>)>;

/// The outcome of a fill.
pub(super) struct Filled<M: ModelSet> {
    pub(super) pending: Pending<M>,
    pub(super) sums: M::Sums,
    pub(super) streams: u64,
    pub(super) events: u64,
    /// Events that the live projector has applied and this fold refuses.
    pub(super) unfoldable: Vec<String>,
}

/// One pass over the log.
struct Pass<'a, M: ModelSet> {
    versions: Option<&'a HashMap<Uuid, i64>>,
    number: u128,
    of: u128,
    views: ByStream<M::View>,
    stuck: HashSet<Uuid>,
}

/// Fills the tables of streams and their history up to `heads`, and adds up the sums. `versions` is what the live projector has
/// applied; later events become pending. Without it, all events are filled.
pub(super) async fn fill<M: ModelSet, L: Log<M::Event>>(
    (client, second): (&Client, &Client),
    log: &L,
    versions: Option<&HashMap<Uuid, i64>>,
    heads: Vec<i64>,
    streams_in_memory_max: usize,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Filled<M>, RebuildError> {
    let events = heads.iter().sum::<i64>().unsigned_abs();
    // Without versions the streams cannot be counted, but there are at most as many as events.
    let streams = versions.map_or_else(|| usize::try_from(events).unwrap_or(usize::MAX), HashMap::len);
    let passes = streams.div_ceil(streams_in_memory_max.max(1)).max(1) as u128;
    let watch = Stopwatch::start();
    let total = events * u64::try_from(passes).unwrap_or(u64::MAX);
    let pending = Pending::after(heads.clone());
    let mut filled = Filled { pending, sums: M::Sums::default(), streams: 0, events: 0, unfoldable: Vec::new() };
    let mut done = 0;
    for number in 0..passes {
        let mut pass = Pass::<M> { versions, number, of: passes, views: HashMap::default(), stuck: HashSet::new() };
        // A page is read and folded while the rows of the one before are still being copied.
        let mut rows: StreamEvents<M> = Vec::new();
        for (shard, head) in (0..).zip(&heads) {
            let mut pages = pages::<M, L>(log, shard, *head);
            loop {
                let written = async {
                    let entries: Vec<_> = rows.iter().map(|(id, record)| M::entry_ref(*id, record)).collect();
                    copy::rows(client, M::MODELS.history.table(), entries.iter())
                        .await
                        .map_err(database("copy into a new table of events"))
                };
                let folded = async {
                    let Some(page) = pages.try_next().await.map_err(RebuildError::Log)? else { return Ok(None) };
                    let events = page.len() as u64;
                    pass.take(page, &mut filled).map(|rows| Some((events, rows)))
                };
                let ((), folded) = try_join!(written, folded)?;
                rows.clear();
                let Some((events, folded)) = folded else { break };
                rows = folded;
                done += events;
                progress(Progress { stage: "fill", done, total, seconds: watch.elapsed().as_secs_f64() });
            }
        }
        pass.finish((client, second), &mut filled).await?;
    }
    Ok(filled)
}

/// The pages of a shard in order, several read at once.
fn pages<M: ModelSet, L: Log<M::Event>>(
    log: &L,
    shard: i16,
    head: i64,
) -> impl futures::Stream<Item = Result<Vec<Published<M::Event>>, BoxError>> + Unpin + use<M, L> {
    let log = log.clone();
    let starts = (0..head).step_by(usize::try_from(PAGE_EVENTS).expect("a page is small"));
    Box::pin(
        futures::stream::iter(starts)
            .map(move |after| {
                let log = log.clone();
                let events = PAGE_EVENTS.min(head - after);
                tokio::spawn(async move { log.page(shard, after, events).await })
            })
            .buffered(PAGES_AHEAD)
            .map(|page| page.map_err(BoxError::from).and_then(|page| page)),
    )
}

impl<M: ModelSet> Pass<'_, M> {
    /// Folds a page, and returns the events whose rows are to be written.
    fn take(
        &mut self,
        page: Vec<Published<M::Event>>,
        filled: &mut Filled<M>,
    ) -> Result<StreamEvents<M>, RebuildError> {
        let mut folded = Vec::with_capacity(page.len());
        for record in page {
            let Some(stream_id) = stream_of::<M>(&record) else { continue };
            if stream_id.as_u128() % self.of != self.number {
                continue;
            }
            let applied = self.versions.map(|versions| versions.get(&stream_id).copied().unwrap_or(0));
            if applied.is_some_and(|applied| record.event.version() > applied) {
                filled.pending.push(stream_id, record)?;
                continue;
            }
            if self.stuck.contains(&stream_id) {
                continue;
            }
            match M::fold(self.views.remove(&stream_id), &record) {
                Ok(view) => {
                    self.views.insert(stream_id, view);
                    folded.push((stream_id, record));
                }
                Err(error) => {
                    self.stuck.insert(stream_id);
                    filled.unfoldable.push(error.to_string());
                }
            }
        }
        filled.events += folded.len() as u64;
        Ok(folded)
    }

    async fn finish(self, (client, second): (&Client, &Client), filled: &mut Filled<M>) -> Result<(), RebuildError> {
        let models = M::MODELS;
        let views = || self.views.values();
        let parts = async {
            match models.parts {
                Some(model) => copy::rows(second, model.table(), views().flat_map(View::parts)).await,
                None => Ok(()),
            }
        };
        try_join!(
            copy::rows(client, models.view.table(), views()).map_err(database("copy into a new table of streams")),
            parts.map_err(database("copy into a new table of parts")),
        )?;
        views().for_each(|view| filled.sums.add(view));
        filled.streams += self.views.len() as u64;
        Ok(())
    }
}
