//! The read models of a kind of stream as values: what keeps, rebuilds and audits them follows from the list of participants.

use event_store::Store;
use futures::FutureExt;
use futures::future::BoxFuture;
use messaging::Registry;
use messaging::topics::READ_DEAD_LETTERS;
use projection_service::{ProjectionService, ProjectionSettings, ProjectionSource, Redriven, StartError};
use read_models::rebuild::{
    Progress, Purpose, RebuildError, RebuildOptions, Report, Start, rebuild, roll_back, start_over,
};
use read_models::{Model, ModelSet, Models};
use service_kit::BoxError;
use service_kit::clock::SharedClock;
use service_kit::config::{DatabaseUrl, MessagingSettings};
use service_kit::http::Check;
use tokio_postgres::{Client, Transaction};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::audit::{AuditedModels, Projected};
use super::log::StoreLog;

/// The read models of one kind of stream.
#[derive(Debug, Clone, Copy)]
pub struct ReadModels {
    /// The kind of stream.
    pub kind: &'static str,
    /// The topic of its events.
    pub topic: &'static str,
    /// The consumer group that keeps the models.
    pub group: &'static str,
    pub models: Models,
    /// The name under which the readiness shows the projector.
    pub(crate) check: &'static str,
    projection: fn(ProjectionSettings, SharedClock, &'static str) -> Result<Projection, StartError>,
    rebuild: for<'a> fn(&'a DatabaseUrl, &'a Store, Work<'a>, OnProgress<'a>) -> RebuildFuture<'a>,
    audit: for<'a> fn(&'a Transaction<'a>, &'a Registry, &'static str) -> AuditFuture<'a>,
    redrive: for<'a> fn(&'a mut Client, Registry, &'a [u8]) -> RedriveFuture<'a>,
}

/// Gets the progress of a rebuild.
pub type OnProgress<'a> = &'a mut (dyn FnMut(Progress) + Send);
type RebuildFuture<'a> = BoxFuture<'a, Result<Report, RebuildError>>;
type AuditFuture<'a> = BoxFuture<'a, Result<Box<dyn AuditedModels + 'a>, BoxError>>;
type RedriveFuture<'a> = BoxFuture<'a, Result<Redriven, BoxError>>;

/// What keeps the read models, ready to run.
pub(crate) struct Projection {
    pub(crate) check: Check,
    pub(crate) run: Box<dyn FnOnce(CancellationToken) -> BoxFuture<'static, ()> + Send>,
}

/// What the engine gives to a projection.
pub(crate) struct ProjectionDeps<'a> {
    /// The database of the read models.
    pub(crate) database: &'a DatabaseUrl,
    pub(crate) messaging: &'a MessagingSettings,
    pub(crate) clock: SharedClock,
}

/// What a run of a rebuild does, with its bounds and its id.
#[derive(Debug, Clone, Copy)]
pub struct Work<'a> {
    pub task: Task<'a>,
    pub options: &'a RebuildOptions,
    pub holder: Uuid,
}

/// What a run of a rebuild does.
#[derive(Debug, Clone, Copy)]
pub enum Task<'a> {
    /// Some of the models are made anew from the log, or compared with it.
    Rebuild { models: &'a [Model], purpose: Purpose },
    /// All are made anew from the whole log, and the projector starts over.
    StartOver(&'a Start),
    /// Those that were live before become live again.
    RollBack(Purpose),
}

impl ReadModels {
    /// The read models of a set, kept from a topic; the readiness shows their projector under a name.
    pub(super) const fn of<M: ModelSet>(topic: &'static str, check: &'static str) -> Self {
        Self {
            kind: <M::Event as domain::contract::PublicEvents>::KIND,
            topic,
            group: M::GROUP,
            models: M::MODELS,
            check,
            projection: projection::<M>,
            rebuild: |url, store, work, on_progress| rebuild_of::<M>(url, store, work, on_progress).boxed(),
            audit: |read, registry, topic| {
                let loaded = Projected::<M>::load(read, registry, topic);
                async move { Ok(Box::new(loaded.await?) as Box<dyn AuditedModels>) }.boxed()
            },
            redrive: |client, registry, key| {
                async move { projection_service::redrive::<M>(client, &messaging::Decoder::new(registry), key).await }
                    .boxed()
            },
        }
    }

    /// What keeps them.
    pub(crate) fn projection(&self, deps: ProjectionDeps<'_>) -> Result<Projection, StartError> {
        let source = ProjectionSource {
            group: self.group.to_owned(),
            topic: self.topic.to_owned(),
            dead_letters: READ_DEAD_LETTERS.to_owned(),
        };
        let settings = ProjectionSettings::of(source, deps.database.clone(), deps.messaging.clone());
        (self.projection)(settings, deps.clock, self.check)
    }

    /// Rebuilds them in a read database from a log.
    ///
    /// # Errors
    /// [`RebuildError`]; the live tables are then as they were.
    pub async fn rebuild(
        &self,
        url: &DatabaseUrl,
        store: &Store,
        work: Work<'_>,
        on_progress: OnProgress<'_>,
    ) -> Result<Report, RebuildError> {
        (self.rebuild)(url, store, work, on_progress).await
    }

    /// Begins to examine them: what their projector has consumed, as one transaction over the read models sees it.
    ///
    /// # Errors
    /// When the database or the registry cannot be asked.
    pub async fn audit<'a>(
        &self,
        read: &'a Transaction<'a>,
        registry: &'a Registry,
    ) -> Result<Box<dyn AuditedModels + 'a>, BoxError> {
        (self.audit)(read, registry, self.topic).await
    }

    /// Applies the parked records of a key again.
    ///
    /// # Errors
    /// When the database or the registry fails, or nothing of the key is parked; nothing is changed then.
    pub async fn redrive(&self, client: &mut Client, registry: Registry, key: &[u8]) -> Result<Redriven, BoxError> {
        (self.redrive)(client, registry, key).await
    }
}

fn projection<M: ModelSet>(
    settings: ProjectionSettings,
    clock: SharedClock,
    check: &'static str,
) -> Result<Projection, StartError> {
    let service = ProjectionService::<M>::new(settings, clock)?;
    let check = service.readiness(check);
    Ok(Projection { check, run: Box::new(|stop| async move { service.run(stop).await }.boxed()) })
}

async fn rebuild_of<M: ModelSet>(
    url: &DatabaseUrl,
    store: &Store,
    work: Work<'_>,
    on_progress: OnProgress<'_>,
) -> Result<Report, RebuildError> {
    let log = StoreLog(store.clone());
    let Work { task, options, holder } = work;
    match task {
        Task::Rebuild { models, purpose } => {
            rebuild::<M, _>(url, &log, models, (purpose, options, holder), on_progress).await
        }
        Task::StartOver(start) => start_over::<M, _>(url, &log, start, (options, holder), on_progress).await,
        Task::RollBack(purpose) => roll_back::<M, _>(url, &log, (purpose, options, holder), on_progress).await,
    }
}
