//! One order: its rows compared with the fold of its events, at the version that the rows have.

use domain::contract::PublicEvents;
use std::collections::BTreeMap;

use domain::order::contract::Published;
use serde_json::Value;
use uuid::Uuid;

use crate::audit::{Behind, Found};
use crate::rebuild::Difference;
use crate::rebuild::compare::difference;
use crate::table::{RowError, json};
use crate::{Contribution, CountKey, LineView, Model, OrderView, TimelineEntry, fold};

/// Most sums and events that a finding names.
const NAMED_MAX: usize = 20;

/// Rows, each one or the error of reading it.
pub(crate) type Rows<T> = Vec<Result<T, RowError>>;

/// The rows of one order, as they were read.
pub(crate) struct OrderRows {
    pub(crate) summary: Rows<OrderView>,
    pub(crate) lines: Rows<LineView>,
    pub(crate) timeline: Rows<TimelineEntry>,
}

/// The events and the readable rows of an order.
pub(crate) struct Order {
    pub(crate) id: Uuid,
    /// All its events, in order.
    pub(crate) events: Vec<Published>,
    pub(crate) summary: Option<OrderView>,
    pub(crate) lines: Vec<LineView>,
    pub(crate) timeline: Vec<TimelineEntry>,
}

impl Order {
    /// Keeps the readable rows, and reports the others.
    pub(crate) fn of(id: Uuid, events: Vec<Published>, rows: OrderRows, found: &mut dyn FnMut(Found)) -> Self {
        let mut damaged = |error| found(Found::Damaged { order_id: id, error });
        let summary = readable(rows.summary, &mut damaged).pop();
        let lines = readable(rows.lines, &mut damaged);
        let timeline = readable(rows.timeline, &mut damaged);
        Self { id, events, summary, lines, timeline }
    }

    /// Checks all rows, which must have every event up to `heads`, the last position of each shard. Adds what the order
    /// contributes, at its version, to the sums.
    pub(crate) fn check(self, heads: &[i64], sums: &mut Contribution, found: &mut dyn FnMut(Found)) {
        let in_timeline = self.timeline.last().map(|entry| entry.version);
        let applied = self.summary.as_ref().map(|row| row.version).max(in_timeline).unwrap_or(0);
        let stored = self.events.last().map_or(0, |record| record.event.version());
        if applied > stored {
            found(Found::Ahead { order_id: self.id, applied, stored });
        }
        let count = self.events.iter().take_while(|record| record.event.version() <= applied).count();
        let (upto, beyond) = self.events.split_at(count);
        let (view, stopped) = folded(None, upto);
        if let Some((version, reason)) = stopped {
            found(Found::Unfoldable { order_id: self.id, version, reason });
        }
        let positions = || upto.iter().rev().take(NAMED_MAX).map(|record| record.position.to_string()).collect();
        let mut differs = |model, live: Option<Value>, log: Option<Value>| {
            found(Found::Differs(Difference { events: positions(), ..difference(model, live, log) }));
        };
        if let Some(view) = &view {
            self.compare(view, &mut differs);
            sums.add(view);
        }
        self.compare_timeline(upto, stored, &mut differs);
        if let Some(behind) = behind(self.id, applied, view, beyond, heads) {
            found(Found::Behind(behind));
        }
    }

    fn compare(&self, view: &OrderView, differs: &mut impl FnMut(Model, Option<Value>, Option<Value>)) {
        if self.summary.as_ref() != Some(view) {
            differs(Model::OrderSummary, self.summary.as_ref().map(json), Some(json(view)));
        }
        let mut live: BTreeMap<Uuid, &LineView> = self.lines.iter().map(|line| (line.line_id, line)).collect();
        for line in &view.lines {
            let row = live.remove(&line.line_id);
            if row != Some(line) {
                differs(Model::OrderLines, row.map(json), Some(json(line)));
            }
        }
        for line in live.into_values() {
            differs(Model::OrderLines, Some(json(line)), None);
        }
    }

    /// Rows of versions that the log does not have are left out: they are reported as [`Found::Ahead`].
    fn compare_timeline(
        &self,
        upto: &[Published],
        stored: i64,
        differs: &mut impl FnMut(Model, Option<Value>, Option<Value>),
    ) {
        let mut live: BTreeMap<i64, &TimelineEntry> = self.timeline.iter().map(|row| (row.version, row)).collect();
        for record in upto {
            let expected = TimelineEntry::owned(self.id, record);
            let row = live.remove(&expected.version);
            if row != Some(&expected) {
                differs(Model::OrderTimeline, row.map(json), Some(json(&expected)));
            }
        }
        for row in live.into_values().filter(|row| row.version <= stored) {
            differs(Model::OrderTimeline, Some(json(row)), None);
        }
    }
}

fn readable<T>(rows: Rows<T>, damaged: &mut impl FnMut(RowError)) -> Vec<T> {
    rows.into_iter().filter_map(|row| row.map_err(&mut *damaged).ok()).collect()
}

/// Folds the events until one does not fold, and returns that one's version with the reason.
fn folded(mut view: Option<OrderView>, records: &[Published]) -> (Option<OrderView>, Option<(i64, String)>) {
    for record in records {
        match fold(view.clone(), record) {
            Ok(next) => view = Some(next),
            Err(error) => return (view, Some((record.event.version(), error.to_string()))),
        }
    }
    (view, None)
}

/// The events up to the heads that the order's rows lack, and the sums that are wrong because of it.
fn behind(
    order_id: Uuid,
    applied: i64,
    view: Option<OrderView>,
    beyond: &[Published],
    heads: &[i64],
) -> Option<Behind> {
    let is_due = |record: &&Published| {
        let head = usize::try_from(record.position.shard).ok().and_then(|shard| heads.get(shard)).copied();
        (1..=head.unwrap_or(0)).contains(&record.position.position)
    };
    let due: Vec<&Published> = beyond.iter().take_while(is_due).collect();
    let (first, last) = (due.first()?.position, due.last()?.event.version());
    let mut missing = Contribution::default();
    if let (Some(after), _) = folded(view.clone(), &beyond[..due.len()]) {
        missing.add(&after);
    }
    if let Some(before) = view {
        missing.subtract(&before);
    }
    missing.prune();
    let customers = missing
        .customers
        .keys()
        .map(|key| format!("{} {}/{}/{}", Model::CustomerSummary.name(), key.tenant, key.customer, key.currency));
    let skus = missing
        .skus
        .keys()
        .map(|key| format!("{} {}/{}/{}/{}", Model::SkuSales.name(), key.tenant, key.sku, key.currency, key.month));
    let counts = missing.counts.keys().map(|key| {
        let CountKey { tenant, state, kind, imported, country, currency } = key;
        format!("{} {tenant}/{state}/{kind}/{imported}/{country}/{currency}", Model::OrderCounts.name())
    });
    let falsifies = customers.chain(skus).chain(counts).take(NAMED_MAX).collect();
    Some(Behind { order_id, applied, due: last, first, falsifies })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::EventHistory;

    const ID: Uuid = Uuid::from_u128(7);

    fn history() -> Vec<Published> {
        EventHistory::of(ID, "shop", Some("c1")).drafted().line(0, "A", 2, 150).placed("1").cancelled().records()
    }

    /// The rows that an order has at a version.
    fn rows(events: &[Published], version: usize) -> Order {
        let (view, _) = folded(None, &events[..version]);
        let lines = view.as_ref().map_or_else(Vec::new, |view| view.lines.to_vec());
        let timeline = events[..version].iter().map(|record| TimelineEntry::owned(ID, record)).collect();
        Order { id: ID, events: events.to_vec(), summary: view, lines, timeline }
    }

    fn found(order: Order, heads: &[i64]) -> (Vec<Found>, Contribution) {
        let (mut all, mut sums) = (Vec::new(), Contribution::default());
        order.check(heads, &mut sums, &mut |one| all.push(one));
        (all, sums)
    }

    #[test]
    fn rows_at_any_version_are_right_and_behind_only_where_they_had_to_be_farther() {
        for version in 0..=4_usize {
            let (all, sums) = found(rows(&history(), version), &[i64::try_from(version).unwrap()]);
            assert!(all.is_empty(), "{all:?}");
            assert_eq!(sums.skus.len(), usize::from(version == 3));
        }
        let (all, _) = found(rows(&history(), 2), &[3]);
        let [Found::Behind(behind)] = &all[..] else { panic!("{all:?}") };
        assert_eq!((behind.applied, behind.due, behind.first.position), (2, 3, 3));
        let falsified = [
            "customer_summary shop/c1/GBP",
            "sku_sales shop/A/GBP/2026-01-01",
            "order_counts shop/DRAFT/SALE/false//GBP",
            "order_counts shop/PLACED/SALE/false/DE/GBP",
        ];
        assert_eq!(behind.falsifies, falsified);
    }

    #[test]
    fn what_differs_is_named_to_row_and_field() {
        let damaged = |damage: fn(&mut Order)| {
            let mut order = rows(&history(), 3);
            damage(&mut order);
            let (all, _) = found(order, &[0]);
            let [Found::Differs(difference)] = &all[..] else { panic!("{all:?}") };
            (difference.model, difference.fields.iter().map(|one| one.field.clone()).collect::<Vec<_>>())
        };
        let summary = |order: &mut Order| order.summary.as_mut().unwrap().total_minor = 1;
        assert_eq!(damaged(summary), ("order_summary", vec!["total_minor".to_owned()]));
        let count = |order: &mut Order| order.summary.as_mut().unwrap().line_count = 9;
        assert_eq!(damaged(count), ("order_summary", vec!["line_count".to_owned()]));
        let stored_lines = |order: &mut Order| order.summary.as_mut().unwrap().lines[0].quantity = 9;
        assert_eq!(damaged(stored_lines), ("order_summary", vec!["encoded_lines".to_owned()]));
        assert_eq!(damaged(|order| order.lines[0].quantity = 9), ("order_lines", vec!["quantity".to_owned()]));
        assert_eq!(damaged(|order| order.lines.clear()).0, "order_lines");
        let body = |order: &mut Order| order.timeline[1].body = Value::Null;
        assert_eq!(damaged(body), ("order_timeline", vec!["body".to_owned()]));
        assert_eq!(damaged(|order| order.summary = None).0, "order_summary");
    }

    #[test]
    fn rows_beyond_the_log_are_ahead() {
        let mut order = rows(&history(), 4);
        order.events.truncate(3);
        let (all, _) = found(order, &[9]);
        assert!(matches!(all[0], Found::Ahead { applied: 4, stored: 3, .. }), "{all:?}");
    }
}
