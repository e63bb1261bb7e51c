//! What goes wrong with the tables beside the log.

/// Why a table could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    #[error("no connection to the database of notifications")]
    Connect(#[source] deadpool_postgres::PoolError),
    #[error("the database of notifications failed to {action}")]
    Statement {
        action: &'static str,
        #[source]
        source: tokio_postgres::Error,
    },
}

/// The error of a statement that does something.
pub(crate) const fn failed(action: &'static str) -> impl Fn(tokio_postgres::Error) -> TableError {
    move |source| TableError::Statement { action, source }
}
