//! Why a process of the engine did not start, or ended.

use std::net::SocketAddr;

use event_store::OpenError;
use messaging::registry::RegistryError;
use service_kit::auth::LoadKeysError;
use service_kit::config::ConfigError;
use service_kit::keyring::MasterKeyError;
use service_kit::postgres::ConnectError;
use service_kit::shutdown::Failure;
use service_kit::telemetry;

use crate::participants::WorkError;
use crate::policies::PoliciesError;

/// Why the engine did not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Logs and traces could not be set up.
    #[error("setting up telemetry failed")]
    Telemetry(#[from] telemetry::TelemetryError),
    #[error("cannot listen on {address}; is another process there? Set {variable} to another address")]
    Listen {
        address: SocketAddr,
        /// The setting that names it.
        variable: &'static str,
        #[source]
        source: std::io::Error,
    },
    /// Signals cannot be received.
    #[error("cannot receive signals")]
    Signals(#[source] std::io::Error),
    /// The threads that serve connections could not be started.
    #[error("cannot start the threads that serve connections")]
    Threads(#[source] std::io::Error),
    #[error("opening the event store failed")]
    Store(#[from] OpenError),
    /// A setting that says where a log is cannot be used.
    #[error("finding the logs failed")]
    Logs(#[from] ConfigError),
    /// Two settings lead to one log.
    #[error(
        "{setting} leads to log {other} by another address: {name} would be published twice. Leave it out to share that log"
    )]
    SameLog { name: &'static str, other: &'static str, setting: &'static str },
    /// A database's URL is wrong.
    #[error("a database cannot be used")]
    Database(#[from] ConnectError),
    /// The key that wraps customers' keys cannot be read.
    #[error("reading the master key failed; `order-engine keys --dir DIR` makes one")]
    MasterKey(#[from] MasterKeyError),
    /// The keys that tokens are signed with cannot be read.
    #[error("reading the token issuer's keys failed")]
    Issuer(#[from] LoadKeysError),
    /// The registry does not know this release's schemas.
    #[error("looking up the schemas failed; `order-engine schemas` registers them")]
    Schemas(#[from] RegistryError),
    #[error("what participants do without being asked cannot begin")]
    Work(#[from] WorkError),
    #[error("reading the policies of sagas failed")]
    Policies(#[from] PoliciesError),
    #[error("preparing the projection role failed")]
    Projection(#[from] projection_service::StartError),
    /// A role ended.
    #[error("a part of the engine ended")]
    Ended(#[from] Failure),
}
