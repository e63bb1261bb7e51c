//! The records of one partition that wait for their turn.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use messaging::IncomingRecord;
use service_kit::backoff::Backoff;

use crate::offsets::Offsets;
use crate::options::RequestOptions;
use crate::parking::key_of;

/// What a partition may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Keys are handled side by side.
    Open,
    /// A handler was overloaded: nothing is handled until the pause is over.
    Pausing,
    /// The pause is over: one record is tried, and if that is done the partition is open again.
    Trying,
    /// Too much is parked. Nothing is handled until the pause is over.
    Halted,
}

pub(crate) struct Partition {
    pub(crate) offsets: Offsets,
    pub(crate) mode: Mode,
    /// Keys that are parked, as far as this member knows.
    pub(crate) parked: HashSet<Vec<u8>>,
    /// Whether fetching is paused.
    pub(crate) fetch_paused: bool,
    /// Each key that has a record in work or waiting, with those that wait.
    keys: HashMap<Vec<u8>, VecDeque<Arc<IncomingRecord>>>,
    /// Keys that have none in work and one waiting.
    ready: VecDeque<Vec<u8>>,
    waiting: usize,
    in_work: usize,
    pauses: Backoff,
}

impl Partition {
    pub(crate) fn begin(next_offset: i64, parked: HashSet<Vec<u8>>, options: &RequestOptions) -> Self {
        Self {
            offsets: Offsets::begin(next_offset),
            mode: Mode::Open,
            parked,
            fetch_paused: false,
            keys: HashMap::new(),
            ready: VecDeque::new(),
            waiting: 0,
            in_work: 0,
            pauses: pauses(options),
        }
    }

    /// Queues a record behind those of its key.
    pub(crate) fn deliver(&mut self, record: IncomingRecord) {
        self.offsets.deliver(record.offset);
        let key = key_of(&record).to_vec();
        let record = Arc::new(record);
        if let Some(waiting) = self.keys.get_mut(&key) {
            waiting.push_back(record);
        } else {
            self.ready.push_back(key.clone());
            self.keys.insert(key, VecDeque::from([record]));
        }
        self.waiting += 1;
    }

    /// The next record that may be handled now.
    pub(crate) fn take(&mut self) -> Option<Arc<IncomingRecord>> {
        let may_take = match self.mode {
            Mode::Open => true,
            Mode::Trying => self.in_work == 0,
            Mode::Pausing | Mode::Halted => false,
        };
        if !may_take {
            return None;
        }
        let key = self.ready.pop_front()?;
        let record = self.keys.get_mut(&key)?.pop_front()?;
        self.waiting -= 1;
        self.in_work += 1;
        Some(record)
    }

    /// Notes that a record is handled or parked, so that the next one of its key may follow. Returns how many records are now
    /// behind the offset to commit that were not before.
    pub(crate) fn complete(&mut self, record: &IncomingRecord, options: &RequestOptions) -> u64 {
        self.in_work -= 1;
        let key = key_of(record);
        if self.keys.get(key).is_some_and(VecDeque::is_empty) {
            self.keys.remove(key);
        } else {
            self.ready.push_back(key.to_vec());
        }
        if self.mode == Mode::Trying {
            self.mode = Mode::Open;
            self.pauses = pauses(options);
        }
        self.offsets.complete(record.offset)
    }

    /// Notes that a pause is over.
    pub(crate) fn try_again(&mut self) {
        if matches!(self.mode, Mode::Pausing | Mode::Halted) {
            self.mode = Mode::Trying;
        }
    }

    /// Takes a record back to the front of its key, and halts or pauses the partition. Returns for how long; `None` where it waits
    /// already.
    pub(crate) fn put_back(
        &mut self,
        record: Arc<IncomingRecord>,
        halt: bool,
        options: &RequestOptions,
    ) -> Option<Duration> {
        self.in_work -= 1;
        let key = key_of(&record).to_vec();
        if let Some(waiting) = self.keys.get_mut(&key) {
            waiting.push_front(record);
        }
        self.waiting += 1;
        self.ready.push_front(key);
        if matches!(self.mode, Mode::Pausing | Mode::Halted) {
            return None;
        }
        if halt {
            self.mode = Mode::Halted;
            return Some(Duration::from_millis(options.halted_retry_ms));
        }
        self.mode = Mode::Pausing;
        Some(self.pauses.next_pause())
    }

    /// Whether nothing should be fetched for now.
    pub(crate) fn is_full(&self, options: &RequestOptions) -> bool {
        self.mode != Mode::Open || self.waiting >= options.records_waiting_max
    }
}

fn pauses(options: &RequestOptions) -> Backoff {
    Backoff::between_ms(options.retry_backoff_ms_min, options.retry_backoff_ms_max)
}
