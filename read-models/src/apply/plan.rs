//! The changes of a batch, computed in memory.

use std::collections::{HashMap, HashSet};

use domain::contract::{PublicEvents, Published};
use uuid::Uuid;

use crate::fold::{Checked, FoldError};
use crate::set::{ModelSet, Part, View};
use crate::sums::Sums;

/// The outcome of a batch.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ApplyReport {
    /// Events applied.
    pub applied: usize,
    /// Events that had been applied before.
    pub duplicates: usize,
    /// Events of other programs that belong to no stream: there is nothing to project.
    pub foreign: usize,
    /// Streams that stopped at an event which does not fold.
    pub failures: Vec<Failure>,
}

/// A stream that stopped. What came before in the batch is applied.
#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    /// The stream's id as it is in the event; it need not be a UUID.
    pub stream_id: String,
    /// The version that does not fold.
    pub version: i64,
    /// Indexes in the batch of that event and of all later ones of the stream. None of them is applied.
    pub indices: Vec<usize>,
    pub error: FoldError,
}

/// A batch by stream, sorted by stream id.
pub(crate) struct BatchStreams<'a, M: ModelSet> {
    batch: &'a [Published<M::Event>],
    ids: Vec<Uuid>,
    /// Indexes in the batch, one list for each id.
    indices: Vec<Vec<usize>>,
    report: ApplyReport,
}

/// The changes to write.
pub(crate) struct Plan<M: ModelSet> {
    /// Streams that change, by id.
    pub changes: Vec<Change<M::View>>,
    /// The applied events: stream id and index in the batch.
    pub applied: Vec<(Uuid, usize)>,
    /// The change of the sums.
    pub sums: M::Sums,
    pub report: ApplyReport,
}

/// A stream before and after the batch.
pub(crate) struct Change<V> {
    pub before: Option<V>,
    pub after: V,
}

impl<'a, M: ModelSet> BatchStreams<'a, M> {
    pub fn of(batch: &'a [Published<M::Event>]) -> Self {
        let mut indexes: HashMap<Uuid, Vec<usize>> = HashMap::new();
        let mut unreadable: HashMap<&str, Failure> = HashMap::new();
        let mut report = ApplyReport::default();
        for (index, record) in batch.iter().enumerate() {
            if M::is_foreign(&record.event) {
                report.foreign += 1;
                continue;
            }
            match Uuid::parse_str(record.event.stream_id()) {
                Ok(id) => indexes.entry(id).or_default().push(index),
                Err(error) => unreadable
                    .entry(record.event.stream_id())
                    .or_insert_with(|| unreadable_id::<M>(record, &error))
                    .indices
                    .push(index),
            }
        }
        report.failures = unreadable.into_values().collect();
        let mut streams: Vec<(Uuid, Vec<usize>)> = indexes.into_iter().collect();
        streams.sort_unstable_by_key(|(id, _)| *id);
        let (ids, indices) = streams.into_iter().unzip();
        Self { batch, ids, indices, report }
    }

    pub fn ids(&self) -> &[Uuid] {
        &self.ids
    }

    /// Folds every stream's events onto its loaded state.
    pub fn fold(self, mut loaded: HashMap<Uuid, M::View>) -> Plan<M> {
        let mut plan =
            Plan::<M> { changes: Vec::new(), applied: Vec::new(), sums: M::Sums::default(), report: self.report };
        for (id, indices) in self.ids.into_iter().zip(self.indices) {
            plan.fold_stream(self.batch, id, &indices, loaded.remove(&id));
        }
        plan.sums.prune();
        plan.report.applied = plan.applied.len();
        plan.report.failures.sort_unstable_by_key(|failure| failure.indices.first().copied());
        plan
    }
}

impl<M: ModelSet> Plan<M> {
    fn fold_stream(&mut self, batch: &[Published<M::Event>], id: Uuid, indices: &[usize], before: Option<M::View>) {
        let mut after = before.clone();
        let mut fresh = Vec::with_capacity(indices.len());
        for (start, index) in indices.iter().enumerate() {
            let record = &batch[*index];
            if record.event.version() <= after.as_ref().map_or(0, View::version) {
                self.report.duplicates += 1;
                continue;
            }
            match M::fold(after.take(), record) {
                Ok(view) => after = Some(view),
                Err(error) => {
                    after = refold::<M>(before.clone(), batch, &fresh);
                    self.report.failures.push(Failure {
                        stream_id: record.event.stream_id().to_owned(),
                        version: record.event.version(),
                        indices: indices[start..].to_vec(),
                        error,
                    });
                    break;
                }
            }
            fresh.push(*index);
        }
        if let (Some(after), false) = (after, fresh.is_empty()) {
            self.applied.extend(fresh.into_iter().map(|index| (id, index)));
            self.change(Change { before, after });
        }
    }

    fn change(&mut self, change: Change<M::View>) {
        let contribution = |view| {
            let mut sums = M::Sums::default();
            sums.add(view);
            sums
        };
        match &change.before {
            // A change that affects no sum must not lock rows of sums.
            Some(before) if contribution(before) == contribution(&change.after) => {}
            before => {
                if let Some(before) = before {
                    self.sums.subtract(before);
                    self.sums.note_move(before, &change.after);
                }
                self.sums.add(&change.after);
            }
        }
        self.changes.push(change);
    }
}

/// A failed fold consumes its view, so the events before it are folded again.
fn refold<M: ModelSet>(before: Option<M::View>, batch: &[Published<M::Event>], indices: &[usize]) -> Option<M::View> {
    let again = |view, index: &usize| Some(M::fold(view, &batch[*index]).expect("what folded once folds again"));
    indices.iter().fold(before, again)
}

impl<V: View> Change<V> {
    /// Parts that are new or differ.
    pub fn written_parts(&self) -> impl Iterator<Item = &V::Part> {
        let before: HashMap<_, _> = self.parts_before().iter().map(|part| (part.key(), part)).collect();
        self.after.parts().iter().filter(move |part| before.get(&part.key()) != Some(part))
    }

    /// The keys of parts that are gone.
    pub fn deleted_parts(&self) -> impl Iterator<Item = <V::Part as Part>::Key> {
        let kept: HashSet<_> = match &self.before {
            Some(_) => self.after.parts().iter().map(Part::key).collect(),
            None => HashSet::new(),
        };
        self.parts_before().iter().map(Part::key).filter(move |key| !kept.contains(key))
    }

    fn parts_before(&self) -> &[V::Part] {
        self.before.as_ref().map_or(&[], View::parts)
    }
}

fn unreadable_id<M: ModelSet>(record: &Published<M::Event>, error: &uuid::Error) -> Failure {
    let error = Checked::new(&record.event).invalid(M::MODELS.id_column(), error);
    let stream_id = record.event.stream_id().to_owned();
    Failure { stream_id, version: record.event.version(), indices: Vec::new(), error }
}
