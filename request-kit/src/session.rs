//! One membership of the group, from joining to the first error.

use std::sync::Arc;
use std::time::Duration;

use messaging::IncomingRecord;
use messaging::consumer::{
    Assignment, BatchLimits, ConsumerEvent, GroupMember, MemberSettings, PartitionPosition, TopicPartition,
};
use service_kit::poll;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::error::SessionError;
use crate::options::RequestOptions;
use crate::parking::{Parking, key_of};
use crate::partition::{Mode, Partition};
use crate::partitions::Partitions;
use crate::progress::Progress;
use crate::source::Source;
use crate::task::{Ended, Finished, handle};

/// Records and bytes that are taken from the client at once.
const BATCH: BatchLimits = BatchLimits { records_max: 500, bytes_max: 4 * 1_024 * 1_024, wait_max: Duration::ZERO };

/// What sessions share.
pub(crate) struct Shared {
    pub(crate) options: RequestOptions,
    pub(crate) sources: Vec<Source>,
    pub(crate) parking: Parking,
    pub(crate) progress: Progress,
}

pub(crate) struct Session<'a> {
    shared: &'a Shared,
    member: GroupMember,
    /// Number of the assignment, so that tasks of earlier ones are told from its own.
    assignment: u64,
    partitions: Partitions,
    /// Handlers, and pauses of partitions, each with the assignment it belongs to.
    tasks: JoinSet<(u64, Finished)>,
    /// Handlers among the tasks.
    handling: usize,
}

impl<'a> Session<'a> {
    /// Joins the group and handles records until stopped, which is `Ok`, or until something fails.
    pub(crate) async fn run(shared: &'a Shared, stop: &CancellationToken) -> Result<(), SessionError> {
        let options = &shared.options;
        let member = GroupMember::join(MemberSettings {
            brokers: options.brokers.clone(),
            group: options.group.clone(),
            topics: shared.sources.iter().map(|source| source.topic().to_owned()).collect(),
            client_id: format!("requests-{}", options.group),
        })?;
        let partitions = Partitions::default();
        let mut session = Self { shared, member, assignment: 0, partitions, tasks: JoinSet::new(), handling: 0 };
        let outcome = stop.run_until_cancelled(session.serve()).await.unwrap_or(Ok(()));
        session.finish().await;
        session.revoked();
        session.member.close().await;
        outcome
    }

    async fn serve(&mut self) -> Result<(), SessionError> {
        loop {
            self.begin_tasks();
            tokio::select! {
                Some(finished) = self.tasks.join_next() => self.finished(finished),
                event = self.member.next(&BATCH) => match event? {
                    ConsumerEvent::Assigned(assignment) => self.assigned(&assignment).await?,
                    ConsumerEvent::Revoked => self.revoked(),
                    ConsumerEvent::Positions(positions) => self.positions(&positions),
                    ConsumerEvent::Batch(records) => self.deliver(records),
                },
            }
        }
    }

    async fn assigned(&mut self, assignment: &Assignment<TopicPartition>) -> Result<(), SessionError> {
        self.revoked();
        let Shared { options, parking, progress, .. } = self.shared;
        let starts = self.member.committed(assignment).await?;
        let mut parked = parking.keys(&assignment.partitions).await?;
        if !self.member.start(assignment, &starts)? {
            return Ok(());
        }
        tracing::info!(group = options.group, partitions = starts.len(), "handling requests");
        progress.assigned(starts.iter().map(|(partition, _)| partition));
        for (partition, next_offset) in starts {
            let parked = parked.remove(&partition).unwrap_or_default();
            progress.parked_keys(&partition, parked.len());
            self.partitions.insert(partition, Partition::begin(next_offset, parked, options));
        }
        Ok(())
    }

    /// Forgets the partitions. Handlers that run go on: what they store is what the next member finds stored.
    fn revoked(&mut self) {
        self.assignment += 1;
        self.shared.progress.unassigned(self.partitions.names());
        self.partitions.clear();
    }

    fn deliver(&mut self, records: Vec<IncomingRecord>) {
        for record in records {
            // Without an entry it is of an assignment that was revoked.
            if let Some(partition) = self.partitions.get_mut(&TopicPartition::of(&record)) {
                partition.deliver(record);
            }
        }
    }

    fn positions(&mut self, positions: &[PartitionPosition<TopicPartition>]) {
        for PartitionPosition { partition: name, delivered_to, end } in positions {
            let Some(partition) = self.partitions.get_mut(name) else { continue };
            if delivered_to.is_some_and(|offset| partition.offsets.deliver_to(offset)) {
                self.member.commit_soon(name, partition.offsets.next());
            }
            self.shared.progress.lag(name, end - partition.offsets.next());
        }
    }

    /// Gives records to handlers as far as the bounds allow, and pauses fetching where enough waits.
    fn begin_tasks(&mut self) {
        let Self { shared, member, assignment, partitions, tasks, handling } = self;
        while *handling < shared.options.keys_at_once_max {
            let Some((record, partition)) = partitions.take() else { break };
            *handling += 1;
            let is_parked = partition.parked.contains(key_of(&record));
            let source = shared.sources.iter().find(|source| source.topic == record.topic);
            let source = source.expect("the member subscribes to the sources' topics").clone();
            let parking = shared.parking.clone();
            let assignment = *assignment;
            tasks.spawn(async move {
                let ended = handle(source, parking, Arc::clone(&record), is_parked).await;
                (assignment, Finished::Record { record, ended })
            });
        }
        for (name, partition) in partitions.iter_mut() {
            let pause = partition.is_full(&shared.options);
            if pause != partition.fetch_paused {
                partition.fetch_paused = pause;
                member.set_paused(name, pause);
            }
        }
    }

    fn finished(&mut self, finished: Result<(u64, Finished), JoinError>) {
        let (assignment, finished) = match finished {
            Ok(finished) => finished,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_aborted) => return,
        };
        if matches!(finished, Finished::Record { .. }) {
            self.handling -= 1;
        }
        if assignment != self.assignment {
            return;
        }
        match finished {
            Finished::Record { record, ended } => self.ended(record, ended),
            Finished::Pause(name) => {
                if let Some(partition) = self.partitions.get_mut(&name) {
                    partition.try_again();
                }
            }
        }
    }

    fn ended(&mut self, record: Arc<IncomingRecord>, ended: Ended) {
        let name = TopicPartition::of(&record);
        let Shared { options, progress, .. } = self.shared;
        let Some(partition) = self.partitions.get_mut(&name) else { return };
        match ended {
            Ended::Handled { is_freed } => {
                progress.handled(&name.topic);
                if is_freed && partition.parked.remove(key_of(&record)) {
                    progress.parked_keys(&name, partition.parked.len());
                }
            }
            Ended::Parked => {
                progress.parked(&name.topic);
                if partition.parked.insert(key_of(&record).to_vec()) {
                    progress.parked_keys(&name, partition.parked.len());
                }
            }
            Ended::Unavailable(reason) => {
                progress.unavailable(&name.topic);
                let Some(pause) = partition.put_back(record, false, options) else { return };
                tracing::warn!(partition = %name, pause_ms = pause.as_millis(), reason, "a partition of requests pauses");
                self.pause(name, pause);
                return;
            }
            Ended::Halted(reason) => {
                let pause = partition.put_back(record, true, options);
                tracing::error!(partition = %name, reason, "a partition of requests stops");
                progress.halted(&name, reason);
                if let Some(pause) = pause {
                    self.pause(name, pause);
                }
                return;
            }
        }
        let passed = partition.complete(&record, options);
        if partition.mode == Mode::Open {
            progress.goes_on(&name);
        }
        if passed > 0 {
            progress.consumed(&name.topic, passed);
            self.member.commit_soon(&name, partition.offsets.next());
        }
    }

    fn pause(&mut self, partition: TopicPartition, pause: Duration) {
        let assignment = self.assignment;
        self.tasks.spawn(async move {
            poll::pause(pause, &CancellationToken::new()).await;
            (assignment, Finished::Pause(partition))
        });
    }

    /// Waits a bounded time for the handlers that run, so that little is delivered again.
    async fn finish(&mut self) {
        let limit = Duration::from_millis(self.shared.options.stop_ms_max);
        let finishing = async {
            while self.handling > 0 {
                let Some(finished) = self.tasks.join_next().await else { break };
                self.finished(finished);
            }
        };
        if tokio::time::timeout(limit, finishing).await.is_err() {
            tracing::warn!("handlers of requests did not finish in time; their records are delivered again");
        }
    }
}
