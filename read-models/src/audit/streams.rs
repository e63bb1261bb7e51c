//! One stream: its rows compared with the fold of its events, at the version that the rows have.

use std::collections::BTreeMap;

use domain::contract::{PublicEvents, Published};
use serde_json::Value;
use uuid::Uuid;

use super::found::{Behind, Found};
use crate::model::Model;
use crate::rebuild::compare::{Difference, difference};
use crate::set::{Entry, ModelSet, Part, View};
use crate::sums::Sums;
use crate::table::{RowError, json};

/// Most sums and events that a finding names.
const NAMED_MAX: usize = 20;

/// Rows, each one or the error of reading it.
pub(crate) type Rows<T> = Vec<Result<T, RowError>>;

/// The rows of one stream, as they were read.
pub(crate) struct StreamRows<M: ModelSet> {
    pub(crate) view: Rows<M::View>,
    pub(crate) parts: Rows<<M::View as View>::Part>,
    pub(crate) history: Rows<M::Entry>,
}

/// The events and the readable rows of a stream.
pub(crate) struct Stream<M: ModelSet> {
    pub(crate) id: Uuid,
    /// All its events, in order.
    pub(crate) events: Vec<Published<M::Event>>,
    pub(crate) view: Option<M::View>,
    pub(crate) parts: Vec<<M::View as View>::Part>,
    pub(crate) history: Vec<M::Entry>,
}

impl<M: ModelSet> Stream<M> {
    /// Keeps the readable rows, and reports the others.
    pub(crate) fn of(
        id: Uuid,
        events: Vec<Published<M::Event>>,
        rows: StreamRows<M>,
        found: &mut dyn FnMut(Found),
    ) -> Self {
        let mut damaged = |error| found(Found::Damaged { stream_id: id, error });
        let view = readable(rows.view, &mut damaged).pop();
        let parts = readable(rows.parts, &mut damaged);
        let history = readable(rows.history, &mut damaged);
        Self { id, events, view, parts, history }
    }

    /// Checks all rows, which must have every event up to `heads`, the last position of each shard. Adds what the stream
    /// contributes, at its version, to the sums.
    pub(crate) fn check(self, heads: &[i64], sums: &mut M::Sums, found: &mut dyn FnMut(Found)) {
        let in_history = self.history.last().map(Entry::version);
        let applied = self.view.as_ref().map(View::version).max(in_history).unwrap_or(0);
        let stored = self.events.last().map_or(0, |record| record.event.version());
        if applied > stored {
            found(Found::Ahead { stream_id: self.id, applied, stored });
        }
        let count = self.events.iter().take_while(|record| record.event.version() <= applied).count();
        let (upto, beyond) = self.events.split_at(count);
        let (view, stopped) = folded::<M>(None, upto);
        if let Some((version, reason)) = stopped {
            found(Found::Unfoldable { stream_id: self.id, version, reason });
        }
        let positions = || upto.iter().rev().take(NAMED_MAX).map(|record| record.position.to_string()).collect();
        let mut differs = |model, live: Option<Value>, log: Option<Value>| {
            found(Found::Differs(Difference { events: positions(), ..difference(model, live, log) }));
        };
        if let Some(view) = &view {
            self.compare(view, &mut differs);
            sums.add(view);
        }
        self.compare_history(upto, stored, &mut differs);
        if let Some(behind) = behind::<M>(self.id, applied, view, beyond, heads) {
            found(Found::Behind(behind));
        }
    }

    fn compare(&self, view: &M::View, differs: &mut impl FnMut(Model, Option<Value>, Option<Value>)) {
        if self.view.as_ref() != Some(view) {
            differs(M::MODELS.view, self.view.as_ref().map(json), Some(json(view)));
        }
        let Some(model) = M::MODELS.parts else { return };
        let mut live: BTreeMap<_, _> = self.parts.iter().map(|part| (part.key(), part)).collect();
        for part in view.parts() {
            let row = live.remove(&part.key());
            if row != Some(part) {
                differs(model, row.map(json), Some(json(part)));
            }
        }
        for part in live.into_values() {
            differs(model, Some(json(part)), None);
        }
    }

    /// Rows of versions that the log does not have are left out: they are reported as [`Found::Ahead`].
    fn compare_history(
        &self,
        upto: &[Published<M::Event>],
        stored: i64,
        differs: &mut impl FnMut(Model, Option<Value>, Option<Value>),
    ) {
        let model = M::MODELS.history;
        let mut live: BTreeMap<i64, &M::Entry> = self.history.iter().map(|row| (row.version(), row)).collect();
        for record in upto {
            let expected = M::entry(self.id, record);
            let row = live.remove(&expected.version());
            if row != Some(&expected) {
                differs(model, row.map(json), Some(json(&expected)));
            }
        }
        for row in live.into_values().filter(|row| row.version() <= stored) {
            differs(model, Some(json(row)), None);
        }
    }
}

fn readable<T>(rows: Rows<T>, damaged: &mut impl FnMut(RowError)) -> Vec<T> {
    rows.into_iter().filter_map(|row| row.map_err(&mut *damaged).ok()).collect()
}

/// Folds the events until one does not fold, and returns that one's version with the reason.
pub(crate) fn folded<M: ModelSet>(
    mut view: Option<M::View>,
    records: &[Published<M::Event>],
) -> (Option<M::View>, Option<(i64, String)>) {
    for record in records {
        match M::fold(view.clone(), record) {
            Ok(next) => view = Some(next),
            Err(error) => return (view, Some((record.event.version(), error.to_string()))),
        }
    }
    (view, None)
}

/// The events up to the heads that the stream's rows lack, and the sums that are wrong because of it.
fn behind<M: ModelSet>(
    stream_id: Uuid,
    applied: i64,
    view: Option<M::View>,
    beyond: &[Published<M::Event>],
    heads: &[i64],
) -> Option<Behind> {
    let is_due = |record: &&Published<M::Event>| {
        let head = usize::try_from(record.position.shard).ok().and_then(|shard| heads.get(shard)).copied();
        (1..=head.unwrap_or(0)).contains(&record.position.position)
    };
    let due: Vec<&Published<M::Event>> = beyond.iter().take_while(is_due).collect();
    let (first, last) = (due.first()?.position, due.last()?.event.version());
    let mut missing = M::Sums::default();
    if let (Some(after), _) = folded::<M>(view.clone(), &beyond[..due.len()]) {
        missing.add(&after);
    }
    if let Some(before) = view {
        missing.subtract(&before);
    }
    missing.prune();
    let tables = M::MODELS.sums.iter().zip(missing.changes());
    let falsified = tables.flat_map(|(model, change)| {
        change.rows.keys().into_iter().map(|key| format!("{} {key}", model.name())).collect::<Vec<_>>()
    });
    Some(Behind { stream_id, applied, due: last, first, falsifies: falsified.take(NAMED_MAX).collect() })
}
