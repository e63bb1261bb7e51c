//! Turning records into what is applied and what is parked.

use std::borrow::Cow;
use std::collections::BTreeMap;

use domain::contract::Published;
use messaging::{Decoder, IncomingRecord};
use service_kit::errors::chain;

use crate::error::AttemptError;
use crate::offsets::{Last, Move, Moves};
use crate::parking::{BEHIND, Parked, ParkedKeys};

/// Records with what they say.
#[derive(Default)]
pub(crate) struct Batch {
    records: Vec<IncomingRecord>,
    /// What could be read.
    published: Vec<Published>,
    /// For each of those the place of its record.
    places: Vec<usize>,
    /// What is wrong with the others, by place.
    broken: BTreeMap<usize, String>,
}

/// A batch divided into what can be applied and what waits.
pub(crate) struct Divided<'a> {
    pub(crate) apply: Cow<'a, [Published]>,
    /// For each of those its record.
    pub(crate) origins: Vec<&'a IncomingRecord>,
    pub(crate) parked: Vec<Parked<'a>>,
}

impl Batch {
    /// Decodes records in their order. Gives them back with an error that passes.
    pub(crate) async fn decode(
        decoder: &Decoder,
        records: Vec<IncomingRecord>,
    ) -> Result<Self, (Vec<IncomingRecord>, AttemptError)> {
        let (mut published, mut places) = (Vec::with_capacity(records.len()), Vec::with_capacity(records.len()));
        let mut broken = BTreeMap::new();
        for place in 0..records.len() {
            match decoder.decode(&records[place]).await {
                Ok(one) => {
                    published.push(one);
                    places.push(place);
                }
                Err(error) if error.is_transient() => return Err((records, error.into())),
                Err(error) => {
                    broken.insert(place, chain(&error));
                }
            }
        }
        Ok(Self { records, published, places, broken })
    }

    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// The same without one partition's records.
    pub(crate) fn without(self, partition: i32) -> Self {
        let mut kept = Self::default();
        let mut published = self.published.into_iter();
        let mut broken = self.broken;
        for (place, record) in self.records.into_iter().enumerate() {
            let outcome = match broken.remove(&place) {
                Some(reason) => Err(reason),
                None => Ok(published.next().expect("every record was read or is broken")),
            };
            if record.partition == partition {
                continue;
            }
            match outcome {
                Ok(one) => {
                    kept.places.push(kept.records.len());
                    kept.published.push(one);
                }
                Err(reason) => {
                    kept.broken.insert(kept.records.len(), reason);
                }
            }
            kept.records.push(record);
        }
        kept
    }

    /// Where the batch leads the offsets.
    pub(crate) fn moves(&self, next_offsets: &BTreeMap<i32, i64>) -> Moves {
        let mut moves = Moves::new();
        for record in &self.records {
            let expected = next_offsets.get(&record.partition).copied().unwrap_or_default();
            let one = moves.entry(record.partition).or_insert(Move { expected, next: expected, last: None });
            one.next = record.offset + 1;
        }
        for (published, &place) in self.published.iter().zip(&self.places) {
            let record = &self.records[place];
            if let Some(one) = moves.get_mut(&record.partition) {
                one.last = Some(Last::of(record.offset, published));
            }
        }
        moves
    }

    /// Divides what can be applied from what waits, and adds the keys of what waits.
    pub(crate) fn divide(&self, keys: &mut ParkedKeys) -> Divided<'_> {
        if self.broken.is_empty() && keys.is_empty() {
            let origins = self.records.iter().collect();
            return Divided { apply: Cow::Borrowed(&self.published), origins, parked: Vec::new() };
        }
        let (mut apply, mut origins, mut parked) = (Vec::new(), Vec::new(), Vec::new());
        let mut published = self.published.iter();
        for (place, record) in self.records.iter().enumerate() {
            let broken = self.broken.get(&place);
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
        Divided { apply: Cow::Owned(apply), origins, parked }
    }
}
