//! The changes of a batch, computed in memory.

use domain::contract::PublicEvents;
use std::collections::{BTreeSet, HashMap};

use domain::Decider;
use domain::order::Order;
use domain::order::contract::{PublicEvent, Published};
use uuid::Uuid;

use crate::order::contribution::moved_placement;
use crate::order::lines::LineKey;
use crate::{Contribution, CustomerKey, FoldError, LineView, OrderView, fold};

/// The outcome of a batch.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ApplyReport {
    /// Events applied.
    pub applied: usize,
    /// Events that had been applied before.
    pub duplicates: usize,
    /// Events of other programs that belong to no order: there is nothing to project.
    pub foreign: usize,
    /// Orders that stopped at an event which does not fold.
    pub failures: Vec<Failure>,
}

/// An order that stopped. What came before in the batch is applied.
#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    /// The order id as it is in the event; it need not be a UUID.
    pub order_id: String,
    /// The version that does not fold.
    pub version: i64,
    /// Indexes in the batch of that event and of all later ones of the order. None of them is applied.
    pub indices: Vec<usize>,
    pub error: FoldError,
}

/// A batch by order, sorted by order id.
pub(super) struct Groups<'a> {
    batch: &'a [Published],
    ids: Vec<Uuid>,
    /// Indexes in the batch, one list for each id.
    indices: Vec<Vec<usize>>,
    report: ApplyReport,
}

/// The changes to write.
pub(super) struct Plan {
    /// Orders that change, by order id.
    pub changes: Vec<Change>,
    /// The applied events: order id and index in the batch.
    pub applied: Vec<(Uuid, usize)>,
    /// The change of the sums.
    pub sums: Contribution,
    /// Customers whose times of first and last placement must be looked up again, and in whose rows no order may be
    /// left.
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
        let mut indexes: HashMap<Uuid, Vec<usize>> = HashMap::new();
        let mut unreadable: HashMap<&str, Failure> = HashMap::new();
        let mut report = ApplyReport::default();
        for (index, record) in batch.iter().enumerate() {
            if is_foreign(&record.event) {
                report.foreign += 1;
                continue;
            }
            match Uuid::parse_str(record.event.order_id()) {
                Ok(id) => indexes.entry(id).or_default().push(index),
                Err(error) => unreadable
                    .entry(record.event.order_id())
                    .or_insert_with(|| unreadable_id(record, &error))
                    .indices
                    .push(index),
            }
        }
        report.failures = unreadable.into_values().collect();
        let mut groups: Vec<(Uuid, Vec<usize>)> = indexes.into_iter().collect();
        groups.sort_unstable_by_key(|(id, _)| *id);
        let (ids, indices) = groups.into_iter().unzip();
        Self { batch, ids, indices, report }
    }

    pub fn order_ids(&self) -> &[Uuid] {
        &self.ids
    }

    /// Folds every order's events onto its loaded state.
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
        for (start, index) in indices.iter().enumerate() {
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

    fn change(&mut self, change: Change) {
        match &change.before {
            // A change that affects no sum must not lock rows of sums.
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

/// A failed fold consumes its view, so the events before it are folded again.
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
    pub fn deleted_lines(&self) -> impl Iterator<Item = LineKey> {
        let kept: std::collections::HashSet<Uuid> = match &self.before {
            Some(_) => self.after.lines.iter().map(|line| line.line_id).collect(),
            None => std::collections::HashSet::new(),
        };
        let before = self.before.iter().flat_map(|view| &view.lines);
        before.map(LineView::key).filter(move |line| !kept.contains(&line.line_id))
    }

    fn lines_before(&self) -> HashMap<Uuid, &LineView> {
        self.before.iter().flat_map(|view| &view.lines).map(|line| (line.line_id, line)).collect()
    }
}

fn unreadable_id(record: &Published, error: &uuid::Error) -> Failure {
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

/// Whether an event comes from another program and belongs to no order.
pub fn is_foreign(event: &PublicEvent) -> bool {
    match event {
        PublicEvent::ForeignEvent(event) => {
            event.aggregate_type != Order::KIND || Uuid::parse_str(&event.order_id).is_err()
        }
        _ => false,
    }
}
