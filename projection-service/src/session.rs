//! One membership of the group, from joining to the first error.

use messaging::consumer::{
    Assignment, ConsumerEvent, ConsumerSettings, GroupConsumer, PartitionPosition, check_anchors,
};
use tokio_util::sync::CancellationToken;

use crate::crew::Crew;
use crate::error::{SessionError, WorkerError};
use crate::offsets;
use crate::worker::Shared;

pub(crate) struct Session<'a> {
    shared: &'a Shared,
    consumer: GroupConsumer,
    crew: Option<Crew>,
}

impl<'a> Session<'a> {
    /// Joins the group and projects until stopped, which is `Ok`, or until something fails.
    pub(crate) async fn run(shared: &'a Shared, stop: &CancellationToken) -> Result<(), SessionError> {
        let settings = &shared.settings;
        let consumer = GroupConsumer::join(ConsumerSettings {
            brokers: settings.messaging.kafka_brokers.clone(),
            group: settings.group.clone(),
            topic: settings.topic.clone(),
            client_id: format!("projector-{}", settings.group),
        })?;
        let mut session = Self { shared, consumer, crew: None };
        let outcome = stop.run_until_cancelled(session.project()).await.unwrap_or(Ok(()));
        session.disband().await;
        session.consumer.close().await;
        outcome
    }

    async fn project(&mut self) -> Result<(), SessionError> {
        loop {
            let Self { shared, consumer, crew } = self;
            let event = match crew {
                None => consumer.next(&shared.settings.batch).await?,
                Some(crew) => tokio::select! {
                    failure = crew.failure() => return Err(failure.into()),
                    event = consumer.next(&shared.settings.batch) => event?,
                },
            };
            match event {
                ConsumerEvent::Assigned(assignment) => self.take(&assignment).await?,
                ConsumerEvent::Revoked => self.disband().await,
                ConsumerEvent::Positions(positions) => self.note(&positions),
                ConsumerEvent::Batch(records) => {
                    let Some(crew) = crew else { continue }; // of an assignment that was never taken
                    if let Err(WorkerError::Ended) = crew.give(records).await {
                        return Err(crew.failure().await.into());
                    }
                }
            }
        }
    }

    /// Begins an assignment where the group left its partitions.
    async fn take(&mut self, assignment: &Assignment) -> Result<(), SessionError> {
        self.disband().await;
        let settings = &self.shared.settings;
        let partitions = &assignment.partitions;
        let anchors = offsets::load(&settings.database, &settings.group, &settings.topic, partitions).await;
        let anchors = anchors.map_err(SessionError::Offsets)?;
        let starts: Vec<_> = anchors.iter().map(|anchor| (anchor.partition, anchor.next_offset)).collect();
        check_anchors(&settings.messaging.kafka_brokers, &settings.topic, anchors).await?;
        if self.consumer.start(assignment, &starts)? {
            tracing::info!(group = settings.group, ?partitions, "projecting");
            self.shared.progress.assigned(&starts);
            self.crew = Some(Crew::start(self.shared, &starts));
        }
        Ok(())
    }

    fn note(&self, positions: &[PartitionPosition]) {
        for position in positions {
            self.shared.progress.end(position.partition, position.end);
        }
        if let Some(crew) = &self.crew {
            crew.settle(positions);
        }
    }

    async fn disband(&mut self) {
        if let Some(crew) = self.crew.take() {
            crew.stop().await;
        }
        self.shared.progress.unassigned();
    }
}
