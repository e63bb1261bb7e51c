//! What goes wrong with a table that a service keeps beside a log.

/// Why a table could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    #[error("no connection to the database")]
    Connect(#[source] deadpool_postgres::PoolError),
    #[error("the database failed to {action}")]
    Statement {
        action: &'static str,
        #[source]
        source: tokio_postgres::Error,
    },
}

impl TableError {
    /// The error of a statement that does something, such as `read an order`.
    pub const fn failed_to(action: &'static str) -> impl Fn(tokio_postgres::Error) -> Self {
        move |source| Self::Statement { action, source }
    }
}
