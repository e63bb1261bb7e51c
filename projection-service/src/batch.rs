//! Dividing records into those that are applied and those that are parked.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use domain::contract::{PublicEvents, Published};
use messaging::{IncomingRecord, KindReader, ReadRecord};
use service_kit::errors::chain;

use crate::error::AttemptError;
use crate::offsets::{Last, Move, Moves};
use crate::parking::{BEHIND, Parked, ParkedKeys};

/// Records with their decoded events.
pub(crate) struct Batch<E> {
    records: Vec<IncomingRecord>,
    /// The events of the records that could be decoded, in record order.
    published: Vec<Published<E>>,
    /// For each event of `published`, the index of its record.
    record_indexes: Vec<usize>,
    /// Why other records could not be decoded, by record index.
    broken: BTreeMap<usize, String>,
    /// The indexes of records of other kinds, which are passed over.
    others: BTreeSet<usize>,
}

/// A batch divided into events that can be applied and records that must be parked.
pub(crate) struct Divided<'a, E: Clone> {
    pub(crate) apply: Cow<'a, [Published<E>]>,
    /// For each event of `apply`, its record.
    pub(crate) origins: Vec<&'a IncomingRecord>,
    pub(crate) parked: Vec<Parked<'a>>,
    /// How many records are of other kinds.
    pub(crate) others: usize,
}

impl<E: PublicEvents> Batch<E> {
    /// A batch without records.
    pub(crate) const fn empty() -> Self {
        Self {
            records: Vec::new(),
            published: Vec::new(),
            record_indexes: Vec::new(),
            broken: BTreeMap::new(),
            others: BTreeSet::new(),
        }
    }

    /// Decodes records in their order. A transient error returns the records, so that decoding can be repeated.
    pub(crate) async fn decode(
        reader: &KindReader<E>,
        records: Vec<IncomingRecord>,
    ) -> Result<Self, (Vec<IncomingRecord>, AttemptError)> {
        let mut published = Vec::with_capacity(records.len());
        let mut record_indexes = Vec::with_capacity(records.len());
        let mut broken = BTreeMap::new();
        let mut others = BTreeSet::new();
        for index in 0..records.len() {
            match reader.read(&records[index]).await {
                Ok(ReadRecord::Event(one)) => {
                    published.push(one);
                    record_indexes.push(index);
                }
                Ok(ReadRecord::OfAnotherKind) => {
                    others.insert(index);
                }
                Err(error) if error.is_transient() => return Err((records, error.into())),
                Err(error) => {
                    broken.insert(index, chain(&error));
                }
            }
        }
        Ok(Self { records, published, record_indexes, broken, others })
    }

    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// The same batch without the records of one partition.
    pub(crate) fn without(self, partition: i32) -> Self {
        let mut kept = Self::empty();
        let mut published = self.published.into_iter();
        let mut broken = self.broken;
        for (index, record) in self.records.into_iter().enumerate() {
            let is_of_another_kind = self.others.contains(&index);
            let reason = broken.remove(&index);
            let event = if is_of_another_kind || reason.is_some() { None } else { published.next() };
            if record.partition == partition {
                continue;
            }
            if is_of_another_kind {
                kept.others.insert(kept.records.len());
            }
            if let Some(one) = event {
                kept.record_indexes.push(kept.records.len());
                kept.published.push(one);
            }
            kept.broken.extend(reason.map(|reason| (kept.records.len(), reason)));
            kept.records.push(record);
        }
        kept
    }

    /// The offset changes of each partition that committing this batch makes.
    pub(crate) fn moves(&self, next_offsets: &BTreeMap<i32, i64>) -> Moves {
        let mut moves = Moves::new();
        for record in &self.records {
            let expected = next_offsets.get(&record.partition).copied().unwrap_or_default();
            let one = moves.entry(record.partition).or_insert(Move { expected, next: expected, last: None });
            one.next = record.offset + 1;
        }
        for (published, &index) in self.published.iter().zip(&self.record_indexes) {
            let record = &self.records[index];
            if let Some(one) = moves.get_mut(&record.partition) {
                one.last = Some(Last::of(record.offset, published));
            }
        }
        moves
    }

    /// Divides the batch, and adds the keys of the records that must be parked to `keys`.
    pub(crate) fn divide(&self, keys: &mut ParkedKeys) -> Divided<'_, E> {
        if self.broken.is_empty() && self.others.is_empty() && keys.is_empty() {
            let origins = self.records.iter().collect();
            return Divided { apply: Cow::Borrowed(&self.published), origins, parked: Vec::new(), others: 0 };
        }
        let mut apply = Vec::new();
        let mut origins = Vec::new();
        let mut parked = Vec::new();
        let mut published = self.published.iter();
        for (index, record) in self.records.iter().enumerate() {
            if self.others.contains(&index) {
                continue;
            }
            let broken = self.broken.get(&index);
            let one = if broken.is_none() { published.next() } else { None };
            match (one, broken) {
                _ if keys.holds(record) => parked.push(Parked { record, reason: BEHIND.to_owned() }),
                (_, Some(reason)) => {
                    keys.add(record);
                    parked.push(Parked { record, reason: reason.clone() });
                }
                (one, None) => {
                    apply.extend(one.cloned());
                    origins.push(record);
                }
            }
        }
        Divided { apply: Cow::Owned(apply), origins, parked, others: self.others.len() }
    }
}
