//! Pools and single connections.

use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, RecyclingMethod, Runtime};
use tokio_postgres::{AsyncMessage, Client};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::tls::{self, TlsError};
use super::url::{self, UrlError};
use crate::config::DatabaseUrl;

/// A pool of connections to one database.
pub type Pool = deadpool_postgres::Pool;

/// Idle time before the first keep-alive probe, time between probes, and probes before a peer counts as gone: a half-open
/// connection is noticed within a minute.
const KEEPALIVE_IDLE_MS: u64 = 15_000;
const KEEPALIVE_INTERVAL_MS: u64 = 5_000;
const KEEPALIVE_RETRIES: u32 = 6;
/// Longest time that sent data may stay unacknowledged before the connection is closed, which keep-alive alone does not
/// detect.
const TCP_USER_TIMEOUT_MS: u64 = 30_000;

/// Options and limits of connections.
#[derive(Debug, Clone)]
pub struct ConnectOptions {
    /// Shown in `pg_stat_activity`.
    pub application_name: String,
    /// Most connections in the pool.
    pub connections_max: usize,
    /// Longest time of a statement, after which the server cancels it; 0 for no limit.
    pub statement_timeout_ms: u32,
    /// Longest wait for a lock, after which the server cancels the statement; 0 for no limit.
    pub lock_timeout_ms: u32,
    /// Longest wait for a free connection of the pool.
    pub acquire_timeout_ms: u64,
    /// Longest attempt to connect.
    pub connect_timeout_ms: u64,
    /// Whether a prepared statement is planned once, for whatever values it is given. Otherwise Postgres plans it anew for each execution
    /// where it expects to gain by it, and for statements over lists of keys it mostly does: planning one then takes longer than carrying
    /// it out.
    pub is_planned_once: bool,
}

impl ConnectOptions {
    /// Defaults under an application's name.
    pub fn named(application_name: impl Into<String>) -> Self {
        Self {
            application_name: application_name.into(),
            connections_max: 8,
            statement_timeout_ms: 30_000,
            lock_timeout_ms: 5_000,
            acquire_timeout_ms: 5_000,
            connect_timeout_ms: 5_000,
            is_planned_once: false,
        }
    }
}

/// Why a database cannot be reached.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The URL is wrong.
    #[error("{variable} is not valid")]
    Url {
        /// The environment variable that holds the URL.
        variable: &'static str,
        #[source]
        source: UrlError,
    },
    /// TLS cannot be set up.
    #[error("could not prepare TLS for database {database} ({variable})")]
    Tls {
        database: String,
        /// The environment variable that holds the URL.
        variable: &'static str,
        #[source]
        source: TlsError,
    },
    /// The server does not answer or refuses.
    #[error(
        "could not connect to database {database}; check that it runs (`make status`) and that {variable} is right"
    )]
    Refused {
        database: String,
        /// The environment variable that holds the URL.
        variable: &'static str,
        #[source]
        source: tokio_postgres::Error,
    },
    /// The pool's options contradict each other.
    #[error("could not build a pool for database {database}")]
    Pool {
        database: String,
        #[source]
        source: deadpool_postgres::BuildError,
    },
}

/// Why a database is not ready.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The pool has no connection to give.
    #[error("no connection to the database")]
    Connection(#[source] deadpool_postgres::PoolError),
    /// The statement failed.
    #[error("the database did not answer a trivial query")]
    Query(#[source] tokio_postgres::Error),
}

/// Creates a pool. It connects when first used, so [`check`] reports a database that is down.
///
/// # Errors
/// [`ConnectError`] when the URL or its TLS options are wrong.
pub fn pool(database: &DatabaseUrl, options: &ConnectOptions) -> Result<Pool, ConnectError> {
    let (config, connector) = prepare(database, options)?;
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let acquire = Duration::from_millis(options.acquire_timeout_ms);
    Pool::builder(Manager::from_config(config, connector, recycling))
        .max_size(options.connections_max)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(acquire))
        .create_timeout(Some(Duration::from_millis(options.connect_timeout_ms)))
        .recycle_timeout(Some(acquire))
        .build()
        .map_err(|source| ConnectError::Pool { database: database.to_string(), source })
}

/// Opens one connection outside any pool. A background task drives it until the client is dropped or the server closes
/// it; see `Client::is_closed`.
///
/// # Errors
/// [`ConnectError`] when the URL is wrong or the server refuses the connection.
pub async fn connect(database: &DatabaseUrl, options: &ConnectOptions) -> Result<Client, ConnectError> {
    connect_listening(database, options, || {}).await
}

/// The same with a function that is called for each notification of a channel that the client listens on.
///
/// # Errors
/// As for [`connect`].
pub async fn connect_listening(
    database: &DatabaseUrl,
    options: &ConnectOptions,
    on_notification: impl Fn() + Send + 'static,
) -> Result<Client, ConnectError> {
    let (config, connector) = prepare(database, options)?;
    let refused =
        |source| ConnectError::Refused { database: database.to_string(), variable: database.variable(), source };
    let (client, mut connection) = config.connect(connector).await.map_err(refused)?;
    let name = database.to_string();
    tokio::spawn(async move {
        while let Some(message) = std::future::poll_fn(|context| connection.poll_message(context)).await {
            match message {
                Ok(AsyncMessage::Notification(_)) => on_notification(),
                Ok(AsyncMessage::Notice(notice)) => tracing::info!(database = name, "{notice}"),
                Ok(_) => {} // a kind of message that this release of the driver does not have
                Err(error) => {
                    tracing::warn!(database = name, error = crate::errors::chain(&error), "lost a database connection");
                    return;
                }
            }
        }
    });
    Ok(client)
}

/// Runs a trivial query, for readiness checks.
///
/// # Errors
/// [`CheckError`] when it does not answer.
pub async fn check(pool: &Pool) -> Result<(), CheckError> {
    let client = pool.get().await.map_err(CheckError::Connection)?;
    client.simple_query("SELECT 1").await.map(|_| ()).map_err(CheckError::Query)
}

fn prepare(
    database: &DatabaseUrl,
    options: &ConnectOptions,
) -> Result<(tokio_postgres::Config, MakeRustlsConnect), ConnectError> {
    let variable = database.variable();
    let target = url::parse(database.expose()).map_err(|source| ConnectError::Url { variable, source })?;
    let connector = tls::connector(target.roots.as_deref()).map_err(|source| ConnectError::Tls {
        database: database.to_string(),
        variable,
        source,
    })?;
    let mut config = target.config;
    let given = config.get_options().unwrap_or_default();
    let plans = if options.is_planned_once { "force_generic_plan" } else { "auto" };
    let bounds = format!(
        "-c statement_timeout={} -c lock_timeout={} -c plan_cache_mode={plans} {given}",
        options.statement_timeout_ms, options.lock_timeout_ms
    );
    config
        .options(bounds.trim_end())
        .application_name(&options.application_name)
        .connect_timeout(Duration::from_millis(options.connect_timeout_ms))
        .tcp_user_timeout(Duration::from_millis(TCP_USER_TIMEOUT_MS))
        .keepalives(true)
        .keepalives_idle(Duration::from_millis(KEEPALIVE_IDLE_MS))
        .keepalives_interval(Duration::from_millis(KEEPALIVE_INTERVAL_MS))
        .keepalives_retries(KEEPALIVE_RETRIES);
    Ok((config, connector))
}
