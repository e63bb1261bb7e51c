//! What a batch changes, worked out in memory.

use std::collections::{BTreeSet, HashMap};

use domain::Decider;
use domain::contract::{PublicEvent, Published};
use domain::order::Order;
use uuid::Uuid;

use crate::fold::{FoldError, fold};
use crate::{Contribution, CustomerKey, LineView, OrderView, moved_placement};

/// What became of a batch.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ApplyReport {
    /// Events applied.
    pub applied: usize,
    /// Events that had been applied before.
    pub duplicates: usize,
    /// Rows of other programs that stand in no order's history: nothing to project.
    pub foreign: usize,
    /// Orders that stopped at an event which does not fold.
    pub failures: Vec<Failure>,
}

/// An order that stopped. What came before in the batch is applied.
#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    /// Which order, as the event names it.
    pub order_id: String,
    /// The version that does not fold.
    pub version: i64,
    /// Places in the batch of that event and of all later ones of the order. None of them is applied.
    pub indices: Vec<usize>,
    /// Why.
    pub error: FoldError,
}

/// A batch by order, sorted by order id.
pub(super) struct Groups<'a> {
    batch: &'a [Published],
    ids: Vec<Uuid>,
    /// Places in the batch, one list an id.
    indices: Vec<Vec<usize>>,
    report: ApplyReport,
}

/// What to write.
pub(super) struct Plan {
    /// Orders that change, by order id.
    pub changes: Vec<Change>,
    /// Places in the batch of what was applied.
    pub applied: Vec<(Uuid, usize)>,
    /// What the orders' sums change by.
    pub sums: Contribution,
    /// Customers whose times of first and last placement are to be looked up anew, and whose rows may be of nothing.
    pub moved_placements: BTreeSet<CustomerKey>,
    pub report: ApplyReport,
}

/// An order before and after the batch.
pub(super) struct Change {
    pub before: Option<OrderView>,
    pub after: OrderView,
}

impl<'a> Groups<'a> {
    pub fn of(batch: &'a [Published]) -> Self {
        let mut places: HashMap<Uuid, Vec<usize>> = HashMap::new();
        let mut unreadable: HashMap<&str, Failure> = HashMap::new();
        let mut report = ApplyReport::default();
        for (index, record) in batch.iter().enumerate() {
            if is_strangers(&record.event) {
                report.foreign += 1;
                continue;
            }
            match Uuid::parse_str(record.event.order_id()) {
                Ok(id) => places.entry(id).or_default().push(index),
                Err(error) => unreadable
                    .entry(record.event.order_id())
                    .or_insert_with(|| nameless(record, &error))
                    .indices
                    .push(index),
            }
        }
        report.failures = unreadable.into_values().collect();
        let mut groups: Vec<(Uuid, Vec<usize>)> = places.into_iter().collect();
        groups.sort_unstable_by_key(|(id, _)| *id);
        let (ids, indices) = groups.into_iter().unzip();
        Self { batch, ids, indices, report }
    }

    pub fn order_ids(&self) -> &[Uuid] {
        &self.ids
    }

    /// Folds every order's events onto what was loaded of it.
    pub fn fold(self, mut loaded: HashMap<Uuid, OrderView>) -> Plan {
        let mut plan = Plan {
            changes: Vec::new(),
            applied: Vec::new(),
            sums: Contribution::default(),
            moved_placements: BTreeSet::new(),
            report: self.report,
        };
        for (id, indices) in self.ids.into_iter().zip(self.indices) {
            plan.fold_order(self.batch, id, &indices, loaded.remove(&id));
        }
        plan.sums.prune();
        plan.report.applied = plan.applied.len();
        plan.report.failures.sort_unstable_by_key(|failure| failure.indices.first().copied());
        plan
    }
}

impl Plan {
    fn fold_order(&mut self, batch: &[Published], id: Uuid, indices: &[usize], before: Option<OrderView>) {
        let mut after = before.clone();
        let mut fresh = Vec::with_capacity(indices.len());
        for (place, index) in indices.iter().enumerate() {
            let record = &batch[*index];
            if record.event.version() <= after.as_ref().map_or(0, |view| view.version) {
                self.report.duplicates += 1;
                continue;
            }
            match fold(after.take(), record) {
                Ok(view) => after = Some(view),
                Err(error) => {
                    after = refold(before.clone(), batch, &fresh);
                    self.report.failures.push(Failure {
                        order_id: record.event.order_id().to_owned(),
                        version: record.event.version(),
                        indices: indices[place..].to_vec(),
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

    fn change(&mut self, change: Change) {
        match &change.before {
            // Nothing is locked for a change that no sum sees.
            Some(before) if Contribution::of(before) == Contribution::of(&change.after) => {}
            before => {
                if let Some(before) = before {
                    self.sums.subtract(before);
                    self.moved_placements.extend(moved_placement(before, &change.after));
                }
                self.sums.add(&change.after);
            }
        }
        self.changes.push(change);
    }
}

/// A failed fold takes its view with it, so the part that folded is folded again.
fn refold(before: Option<OrderView>, batch: &[Published], indices: &[usize]) -> Option<OrderView> {
    indices.iter().fold(before, |view, index| Some(fold(view, &batch[*index]).expect("what folded once folds again")))
}

impl Change {
    /// Lines that are new or differ.
    pub fn written_lines(&self) -> impl Iterator<Item = &LineView> {
        let before = self.lines_before();
        self.after.lines.iter().filter(move |line| before.get(&line.line_id) != Some(line))
    }

    /// Lines that are gone.
    pub fn deleted_lines(&self) -> impl Iterator<Item = Uuid> {
        let kept: std::collections::HashSet<Uuid> = match &self.before {
            Some(_) => self.after.lines.iter().map(|line| line.line_id).collect(),
            None => std::collections::HashSet::new(),
        };
        let before = self.before.iter().flat_map(|view| &view.lines);
        before.map(|line| line.line_id).filter(move |line_id| !kept.contains(line_id))
    }

    fn lines_before(&self) -> HashMap<Uuid, &LineView> {
        self.before.iter().flat_map(|view| &view.lines).map(|line| (line.line_id, line)).collect()
    }
}

fn nameless(record: &Published, error: &uuid::Error) -> Failure {
    let (order_id, version) = (record.event.order_id().to_owned(), record.event.version());
    let error = FoldError::Invalid {
        order_id: order_id.clone(),
        version,
        event: record.event.name(),
        field: "order_id",
        reason: error.to_string(),
    };
    Failure { order_id, version, indices: Vec::new(), error }
}

/// Whether a record is a row of another program that stands in no order's history.
pub fn is_strangers(event: &PublicEvent) -> bool {
    match event {
        PublicEvent::ForeignEvent(event) => {
            event.aggregate_type != Order::KIND || Uuid::parse_str(&event.order_id).is_err()
        }
        _ => false,
    }
}
