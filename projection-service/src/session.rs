//! One membership of the group, from joining to the first error.

use messaging::consumer::{
    Assignment, ConsumerEvent, ConsumerSettings, GroupConsumer, PartitionPosition, check_resume_positions,
};
use read_models::ModelSet;
use tokio_util::sync::CancellationToken;

use crate::error::{SessionError, WorkerError};
use crate::offsets;
use crate::worker::Shared;
use crate::worker_pool::WorkerPool;

pub(crate) struct Session<'a, M: ModelSet> {
    shared: &'a Shared<M>,
    consumer: GroupConsumer,
    worker_pool: Option<WorkerPool>,
}

impl<'a, M: ModelSet> Session<'a, M> {
    /// Joins the group and projects until stopped, which is `Ok`, or until something fails.
    pub(crate) async fn run(shared: &'a Shared<M>, stop: &CancellationToken) -> Result<(), SessionError> {
        let settings = &shared.settings;
        let consumer = GroupConsumer::join(ConsumerSettings {
            brokers: settings.messaging.kafka_brokers.clone(),
            group: settings.group.clone(),
            topic: settings.topic.clone(),
            client_id: format!("projector-{}", settings.group),
        })?;
        let mut session = Self { shared, consumer, worker_pool: None };
        let outcome = stop.run_until_cancelled(session.project()).await.unwrap_or(Ok(()));
        session.stop_workers().await;
        session.consumer.close().await;
        outcome
    }

    async fn project(&mut self) -> Result<(), SessionError> {
        loop {
            let Self { shared, consumer, worker_pool } = self;
            let event = match worker_pool {
                None => consumer.next(&shared.settings.batch).await?,
                Some(worker_pool) => tokio::select! {
                    failure = worker_pool.failure() => return Err(failure.into()),
                    event = consumer.next(&shared.settings.batch) => event?,
                },
            };
            match event {
                ConsumerEvent::Assigned(assignment) => self.begin(&assignment).await?,
                ConsumerEvent::Revoked => self.stop_workers().await,
                ConsumerEvent::Positions(positions) => self.on_positions(&positions),
                ConsumerEvent::Batch(records) => {
                    // Without a pool the records are of an assignment whose workers were never started.
                    let Some(worker_pool) = worker_pool else { continue };
                    if let Err(WorkerError::Ended) = worker_pool.dispatch(records).await {
                        return Err(worker_pool.failure().await.into());
                    }
                }
            }
        }
    }

    /// Starts the workers of an assignment at the group's stored offsets.
    async fn begin(&mut self, assignment: &Assignment) -> Result<(), SessionError> {
        self.stop_workers().await;
        let settings = &self.shared.settings;
        let partitions = &assignment.partitions;
        let resume_positions = offsets::load(&settings.database, &settings.group, &settings.topic, partitions).await;
        let resume_positions = resume_positions.map_err(SessionError::Offsets)?;
        let starts: Vec<_> = resume_positions.iter().map(|resume| (resume.partition, resume.next_offset)).collect();
        check_resume_positions(&settings.messaging.kafka_brokers, &settings.topic, resume_positions).await?;
        if self.consumer.start(assignment, &starts)? {
            tracing::info!(group = settings.group, ?partitions, "projecting");
            self.shared.progress.assigned(&starts);
            self.worker_pool = Some(WorkerPool::start(self.shared, &starts));
        }
        Ok(())
    }

    fn on_positions(&self, positions: &[PartitionPosition]) {
        for position in positions {
            self.shared.progress.end(position.partition, position.end);
        }
        if let Some(worker_pool) = &self.worker_pool {
            worker_pool.commit_positions(positions);
        }
    }

    async fn stop_workers(&mut self) {
        if let Some(worker_pool) = self.worker_pool.take() {
            worker_pool.stop().await;
        }
        self.shared.progress.unassigned();
    }
}
