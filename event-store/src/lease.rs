//! Leases: a right that one process holds at a time, for as long as it renews it.
//!
//! Guarantees: at most one unexpired holder by the database's clock; the epoch grows whenever a lease is taken, never with a
//! renewal, and never goes back, since a lease that is given back expires and its row stays.
//! Does not: fence. Whoever holds a lease must still be fenced where it writes, since it may have been stopped meanwhile.

use tokio_postgres::Row;
use uuid::Uuid;

use crate::{ReadError, Store};

/// A lease that was granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    pub name: String,
    pub holder: Uuid,
    /// Grows whenever a holder takes the lease, also when the same holder takes it again after it had expired.
    pub epoch: i64,
}

/// Who took a lease last, and for how much longer, for whoever only looks.
#[derive(Debug, Clone, PartialEq)]
pub struct LeaseHolding {
    pub lease: Lease,
    /// Seconds until it expires by the database's clock; zero or less once it has.
    pub left_s: f64,
}

impl LeaseHolding {
    /// Whether the holder still has it.
    pub fn is_held(&self) -> bool {
        self.left_s > 0.0
    }
}

/// Why a lease could not be asked for.
#[derive(Debug, thiserror::Error)]
#[error("asking for lease {name} failed")]
pub struct LeaseError {
    name: String,
    #[source]
    source: ReadError,
}

impl Store {
    /// Takes or renews a lease for `ttl_s` seconds. `None` while somebody else holds it.
    ///
    /// # Errors
    /// [`LeaseError`] when the database cannot be reached.
    pub async fn lease(&self, name: &str, holder: Uuid, ttl_s: f64) -> Result<Option<Lease>, LeaseError> {
        let failed = |source| LeaseError { name: name.to_owned(), source };
        let client = self.reader().await.map_err(failed)?;
        let row = client
            .query_opt(include_str!("sql/lease.sql"), &[&name, &holder, &ttl_s])
            .await
            .map_err(|source| failed(ReadError::Query(source)))?;
        let epoch = row.map(|row| row.try_get(0)).transpose().map_err(|source| failed(ReadError::Query(source)))?;
        Ok(epoch.map(|epoch| Lease { name: name.to_owned(), holder, epoch }))
    }

    /// Who took a lease last, without asking for it. `None` if nobody ever did.
    ///
    /// # Errors
    /// [`LeaseError`] when the database cannot be reached.
    pub async fn lease_holding(&self, name: &str) -> Result<Option<LeaseHolding>, LeaseError> {
        let failed = |source| LeaseError { name: name.to_owned(), source };
        let client = self.reader().await.map_err(failed)?;
        let row = client
            .query_opt(include_str!("sql/lease_held.sql"), &[&name])
            .await
            .map_err(|source| failed(ReadError::Query(source)))?;
        let read = |row: Row| {
            let lease = Lease { name: name.to_owned(), holder: row.try_get(0)?, epoch: row.try_get(1)? };
            Ok(LeaseHolding { lease, left_s: row.try_get(2)? })
        };
        row.map(read).transpose().map_err(|source| failed(ReadError::Query(source)))
    }

    /// Releases a lease, so that the next holder need not wait until it expires.
    ///
    /// # Errors
    /// [`LeaseError`] when the database cannot be reached.
    pub async fn release(&self, lease: &Lease) -> Result<(), LeaseError> {
        let failed = |source| LeaseError { name: lease.name.clone(), source };
        let client = self.reader().await.map_err(failed)?;
        client
            .execute(include_str!("sql/lease_release.sql"), &[&lease.name, &lease.holder, &lease.epoch])
            .await
            .map_err(|source| failed(ReadError::Query(source)))?;
        Ok(())
    }
}
