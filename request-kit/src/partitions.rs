//! The partitions that are assigned to a member, which take turns.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use messaging::IncomingRecord;
use messaging::consumer::TopicPartition;

use crate::partition::Partition;

#[derive(Default)]
pub(crate) struct Partitions {
    by_name: BTreeMap<TopicPartition, Partition>,
    /// Who is asked for a record first; whoever gave one goes to the end.
    turns: VecDeque<TopicPartition>,
}

impl Partitions {
    pub(crate) fn clear(&mut self) {
        self.by_name.clear();
        self.turns.clear();
    }

    pub(crate) fn insert(&mut self, name: TopicPartition, partition: Partition) {
        if self.by_name.insert(name.clone(), partition).is_none() {
            self.turns.push_back(name);
        }
    }

    pub(crate) fn get_mut(&mut self, name: &TopicPartition) -> Option<&mut Partition> {
        self.by_name.get_mut(name)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &TopicPartition> {
        self.by_name.keys()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&TopicPartition, &mut Partition)> {
        self.by_name.iter_mut()
    }

    /// A record that may be handled now, with its partition. The partition that gave one last is asked last, also by later calls, so that
    /// none waits for another's backlog.
    pub(crate) fn take(&mut self) -> Option<(Arc<IncomingRecord>, &mut Partition)> {
        for _ in 0..self.turns.len() {
            self.turns.rotate_left(1);
            let record = self.turns.back().and_then(|name| self.by_name.get_mut(name)).and_then(Partition::take);
            if let Some(record) = record {
                let partition = self.turns.back().and_then(|name| self.by_name.get_mut(name))?;
                return Some((record, partition));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use messaging::HeaderList;

    use super::*;
    use crate::options::RequestOptions;

    fn record(topic: &Arc<str>, partition: i32, offset: i64) -> IncomingRecord {
        IncomingRecord {
            topic: Arc::clone(topic),
            partition,
            offset,
            key: Some(offset.to_string().into_bytes()),
            timestamp_ms: None,
            value: None,
            headers: HeaderList::default(),
        }
    }

    #[test]
    fn a_partition_with_a_backlog_holds_no_other_up() {
        let (topic, options) = (Arc::<str>::from("requests"), RequestOptions::new("localhost:9092", "group"));
        let mut partitions = Partitions::default();
        for number in 0..4 {
            let name = TopicPartition { topic: Arc::clone(&topic), partition: number };
            let mut partition = Partition::begin(0, HashSet::new(), &options);
            // The first two have a backlog, the third has nothing, the last a single record.
            let waiting = [100, 100, 0, 1][usize::try_from(number).unwrap()];
            (0..waiting).for_each(|offset| partition.deliver(record(&topic, number, offset)));
            partitions.insert(name, partition);
        }
        // As when all handlers are busy and one after the other ends: a single record is taken at a time.
        let mut taken = [0; 4];
        for _ in 0..21 {
            let (record, partition) = partitions.take().unwrap();
            taken[usize::try_from(record.partition).unwrap()] += 1;
            partition.complete(&record, &options);
        }
        assert_eq!(taken, [10, 10, 0, 1]);
    }

    #[test]
    fn nothing_is_taken_where_nothing_waits() {
        assert!(Partitions::default().take().is_none());
    }
}
