//! Connections to Postgres: pools, single connections and migrations.
//!
//! Guarantees: every statement and every wait for a lock or a connection has a time limit; a connection over the network
//! is either plain or verified, never encrypted to a stranger. `sslmode` `require`, `verify-ca` and `verify-full` all
//! verify certificate and host name, against `sslrootcert` (a PEM file) or else the public authorities; without an
//! `sslmode` the connection is plain. Does not: retry.

mod cause;
mod connect;
mod migrate;
mod snapshot;
mod table;
mod text;
mod tls;
mod url;

pub use cause::{Cause, cause};
pub use connect::{CheckError, ConnectError, ConnectOptions, Pool, check, connect, connect_listening, pool};
pub use migrate::{MigrateError, Migrations, migrate};
pub use snapshot::snapshot;
pub use table::TableError;
pub use text::without_nul;
pub use tls::TlsError;
pub use url::UrlError;
