//! Putting the roles of a process together.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use event_store::{AggregateCache, Store, StoreOptions};
use futures::future::BoxFuture;
use read_models::{ReadDb, ReadSettings};
use request_kit::Network;
use service_kit::auth::Verifier;
use service_kit::clock::{SharedClock, SharedIds, SystemIds};
use service_kit::config::Settings;
use service_kit::http::{Check, ServeOptions, cors, guarded, health_router};
use service_kit::keyring::{KeyRing, MasterKey};
use service_kit::postgres::ConnectOptions;
use service_kit::serving_threads::{self, ServingThreads};
use service_kit::shutdown::{Supervisor, on_signal};
use service_kit::telemetry;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::participants::{
    CommandDeps, KeyAccess, Log, ProjectionDeps, QueryDeps, WorkDeps, logs_of, model_sets, openapi, participants,
};
use crate::relaying::begin_relay;
use crate::roles::{Role, Worked};
use crate::serve_error::ServeError;
use crate::surroundings::Surroundings;
use crate::work::begin_work;

/// How long requests in flight may take to end after SIGTERM.
const DRAIN_MS: u64 = 10_000;
/// Connections to the keys' database.
const KEY_CONNECTIONS_MAX: usize = 4;

/// Runs roles until SIGTERM or until one of them fails.
///
/// # Errors
/// [`ServeError`] with the part that did not start or that ended.
pub async fn serve(settings: Settings, roles: &[Role], surroundings: Surroundings) -> Result<(), ServeError> {
    let guard = telemetry::init("order-engine", &settings.telemetry)?;
    let result = match on_signal().map_err(ServeError::Signals) {
        Ok(stop) => serve_in(settings, roles, surroundings, stop).await,
        Err(error) => Err(error),
    };
    guard.flush().await;
    result
}

/// A run of roles. It is boxed so that all it awaits is compiled here, and not once more in each program that runs an engine.
type Run<'a> = BoxFuture<'a, Result<(), ServeError>>;

/// Runs roles until cancelled or until one of them fails, with the telemetry that the process has.
///
/// # Errors
/// [`ServeError`] with the part that did not start or that ended.
pub fn serve_until(settings: Settings, roles: &[Role], stop: CancellationToken) -> Run<'_> {
    serve_in(settings, roles, Surroundings::default(), stop)
}

/// The same in surroundings of the caller's, such as a clock of a test's own.
///
/// # Errors
/// [`ServeError`] with the part that did not start or that ended.
pub fn serve_in(settings: Settings, roles: &[Role], surroundings: Surroundings, stop: CancellationToken) -> Run<'_> {
    Box::pin(run_roles(settings, roles, surroundings, stop))
}

async fn run_roles(
    settings: Settings,
    roles: &[Role],
    surroundings: Surroundings,
    stop: CancellationToken,
) -> Result<(), ServeError> {
    // Taken first, so that a second engine on the same address stops before it does anything.
    let address = settings.http.listen;
    let listener = listen("ENGINE_LISTEN", address).await?;
    let metrics_listener = listen("ENGINE_METRICS_LISTEN", settings.http.metrics_listen).await?;
    let mut engine = Engine::new(settings, surroundings, Supervisor::new(stop))?;
    for role in roles {
        match role {
            Role::Command => engine.command().await?,
            Role::Worker => engine.worker().await?,
            Role::Relay => engine.relay().await?,
            Role::Projection => engine.projection()?,
            Role::Query => engine.query().await?,
        }
        tracing::info!(role = role.name(), "role started");
    }
    engine.run(listener, metrics_listener).await
}

async fn listen(variable: &'static str, address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|source| ServeError::Listen { address, variable, source })
}

struct Engine {
    settings: Settings,
    supervisor: Supervisor,
    clock: SharedClock,
    works_for: Vec<Worked>,
    network: Option<Arc<Network>>,
    ids: SharedIds,
    api: Router,
    checks: Vec<Check>,
    logs: Vec<Log>,
    /// By the name of the log's database.
    stores: BTreeMap<&'static str, Store>,
    access: Option<Access>,
    /// Recent aggregates of all logs.
    aggregates: AggregateCache,
}

/// What the roles with clients share: who may come in, and who may read personal data.
#[derive(Clone)]
struct Access {
    verifier: Verifier,
    keys: KeyRing,
    master: Arc<MasterKey>,
}

impl Engine {
    fn new(settings: Settings, surroundings: Surroundings, supervisor: Supervisor) -> Result<Self, ServeError> {
        let Surroundings { clock, works_for, network } = surroundings;
        let logs = logs_of(&settings.databases.orders, &settings.databases.own)?;
        let ids = Arc::new(SystemIds);
        let aggregates = AggregateCache::new(settings.memory.aggregate_cache_bytes_max);
        Ok(Self {
            settings,
            supervisor,
            clock,
            works_for,
            network,
            ids,
            api: Router::new(),
            checks: Vec::new(),
            logs,
            stores: BTreeMap::new(),
            access: None,
            aggregates,
        })
    }

    async fn command(&mut self) -> Result<(), ServeError> {
        let policies = crate::policies::read(&self.settings.sagas)?;
        let reporting = self.aggregates.clone();
        let stop = self.supervisor.token();
        self.supervisor.spawn("aggregate-cache", async move {
            reporting.report(stop).await;
            Ok::<(), ServeError>(())
        });
        for log in self.logs.clone() {
            let store = self.store(&log).await?;
            let access = self.access().await?;
            for participant in log.participants() {
                let (router, _) = (participant.commands)(CommandDeps {
                    store: store.clone(),
                    keys: access.keys.clone(),
                    verifier: access.verifier.clone(),
                    clock: Arc::clone(&self.clock),
                    ids: Arc::clone(&self.ids),
                    master: &access.master,
                    fairness: &self.settings.fairness,
                    policies: &policies,
                    payments: &self.settings.payments,
                    notifications: &self.settings.notifications,
                    shipping: &self.settings.shipping,
                });
                self.mount(router);
            }
        }
        self.mount(command_service::docs_router(openapi()));
        Ok(())
    }

    /// What participants do without being asked by a client.
    async fn worker(&mut self) -> Result<(), ServeError> {
        let reads = OnceLock::new();
        for log in self.logs.clone() {
            let access = self.access().await?;
            let deps = WorkDeps {
                store: self.store(&log).await?,
                clock: Arc::clone(&self.clock),
                ids: Arc::clone(&self.ids),
                drafts: &self.settings.drafts,
                messaging: &self.settings.messaging,
                payments: &self.settings.payments,
                notifications: &self.settings.notifications,
                kitchens: &self.settings.kitchens,
                shipping: &self.settings.shipping,
                reads: &|| {
                    // One pool, however many participants ask for it.
                    if let Some(opened) = reads.get() {
                        return Ok(ReadDb::clone(opened));
                    }
                    let connect = ConnectOptions::named("work");
                    let opened = ReadDb::open(&self.settings.databases.read, &model_sets(), connect)?;
                    Ok(reads.get_or_init(|| opened).clone())
                },
                keys: &|| Ok(KeyAccess { keys: access.keys.clone(), master: Arc::clone(&access.master) }),
            };
            self.checks.extend(begin_work(
                &log,
                &deps,
                (&self.works_for, self.network.as_ref()),
                &mut self.supervisor,
            )?);
        }
        Ok(())
    }

    async fn relay(&mut self) -> Result<(), ServeError> {
        for log in self.logs.clone() {
            let store = self.store(&log).await?;
            let holder = self.ids.random();
            let check = begin_relay(&log, &store, &self.settings, &self.clock, holder, &mut self.supervisor)?;
            self.checks.push(check);
        }
        Ok(())
    }

    fn projection(&mut self) -> Result<(), ServeError> {
        let all = participants().flat_map(|one| one.read_models.iter().map(move |models| (one.name, models)));
        for (participant, models) in all {
            let projection = models.projection(ProjectionDeps {
                database: &self.settings.databases.read,
                messaging: &self.settings.messaging,
                clock: Arc::clone(&self.clock),
            })?;
            self.checks.push(projection.check);
            tracing::info!(participant, kind = models.kind, group = models.group, "read models are kept");
            let running = (projection.run)(self.supervisor.token());
            self.supervisor.spawn(format!("{}-projection", models.kind), async move {
                running.await;
                Ok::<(), ServeError>(())
            });
        }
        Ok(())
    }

    async fn query(&mut self) -> Result<(), ServeError> {
        let access = self.access().await?;
        let connect = ConnectOptions::named("query-service");
        let settings = ReadSettings { threads: serving_threads::count(), ..ReadSettings::new(connect) };
        let reads = ReadDb::with(&self.settings.databases.read, &model_sets(), settings)?;
        let checked = reads.clone();
        self.checks.push(Check::new("read-database", move || {
            let reads = checked.clone();
            async move { reads.check().await }
        }));
        let (read, stop) = (reads.clone(), self.supervisor.token());
        self.supervisor.spawn("gauges", async move {
            crate::gauges::report(read, stop).await;
            Ok::<(), ServeError>(())
        });
        let connections = query_service::Connections::new(self.supervisor.token());
        let ended = connections.clone().ended();
        self.supervisor.spawn("subscriptions", async move {
            ended.await;
            Ok::<(), ServeError>(())
        });
        let routers: Vec<_> = participants()
            .map(|participant| {
                (participant.queries)(QueryDeps {
                    reads: reads.clone(),
                    keys: access.keys.clone(),
                    verifier: access.verifier.clone(),
                    clock: Arc::clone(&self.clock),
                    master: &access.master,
                    fairness: &self.settings.fairness,
                    graphiql_dir: self.settings.http.graphiql_dir.as_deref(),
                    connections: connections.clone(),
                })
            })
            .collect();
        routers.into_iter().for_each(|router| self.mount(router));
        Ok(())
    }

    async fn run(mut self, listener: TcpListener, metrics_listener: TcpListener) -> Result<(), ServeError> {
        let drain = Duration::from_millis(DRAIN_MS);
        let http = &self.settings.http;
        // Kept until all parts have ended, since they may use what requests have opened on these threads.
        let threads = ServingThreads::start().map_err(ServeError::Threads)?;
        let mut metrics_options = ServeOptions::new(drain);
        if let Some(max) = http.connections_per_peer_max {
            metrics_options.connections_per_peer_max = usize::try_from(max.get()).unwrap_or(usize::MAX);
        }
        let options = ServeOptions { threads: Some(threads.clone()), ..metrics_options.clone() };
        let mut api = self.api.layer(axum::middleware::from_fn(telemetry::observe)).merge(health_router(self.checks));
        if !http.cors_origins.is_empty() {
            api = api.layer(cors(&http.cors_origins));
        }
        let metrics = Router::new().route("/metrics", get(async || telemetry::metrics_text()));
        tracing::info!(address = %http.listen, metrics.address = %http.metrics_listen, "the engine listens");
        let stop = self.supervisor.token();
        let metrics_stop = self.supervisor.token();
        self.supervisor.spawn("http", service_kit::http::serve(listener, guarded(api), stop, options));
        let serving = service_kit::http::serve(metrics_listener, guarded(metrics), metrics_stop, metrics_options);
        self.supervisor.spawn("metrics", serving);
        let ended = self.supervisor.run(drain).await;
        drop(threads);
        ended?;
        tracing::info!("the engine has stopped");
        Ok(())
    }

    /// The store of a log, opened when a role first asks for it.
    async fn store(&mut self, log: &Log) -> Result<Store, ServeError> {
        let name = log.names.database;
        if let Some(store) = self.stores.get(name) {
            return Ok(store.clone());
        }
        let options = StoreOptions { cache: self.aggregates.clone(), ..StoreOptions::default() };
        let store = Store::open(&log.url, options).await?;
        let incarnation = store.identity().incarnation;
        let other = self.stores.iter().find(|(_, other)| other.identity().incarnation == incarnation);
        if let Some((other, _)) = other {
            return Err(ServeError::SameLog { name, other, setting: log.names.setting });
        }
        let pool = store.pool().clone();
        self.checks.push(Check::new(log.names.database_check, move || {
            let pool = pool.clone();
            async move { service_kit::postgres::check(&pool).await }
        }));
        let announcer = store.clone();
        let url = log.url.clone();
        let stop = self.supervisor.token();
        self.supervisor.spawn(format!("{name}-append-hints"), async move {
            announcer.announce_appends(url, stop).await;
            Ok::<(), ServeError>(())
        });
        self.stores.insert(name, store.clone());
        Ok(store)
    }

    async fn access(&mut self) -> Result<Access, ServeError> {
        if let Some(access) = &self.access {
            return Ok(access.clone());
        }
        let master = Arc::new(MasterKey::from_file(&self.settings.keys.master_key_file)?);
        let mut options = ConnectOptions::named("key-ring");
        options.connections_max = KEY_CONNECTIONS_MAX;
        let pool = service_kit::postgres::pool(&self.settings.databases.identity, &options)?;
        let keys = KeyRing::new(pool, &master, Arc::clone(&self.clock), Arc::clone(&self.ids));
        let verifier = Verifier::load(&self.settings.jwt, Arc::clone(&self.clock)).await?;
        Ok(self.access.insert(Access { verifier, keys, master }).clone())
    }

    fn mount(&mut self, router: Router) {
        self.api = std::mem::take(&mut self.api).merge(router);
    }
}
