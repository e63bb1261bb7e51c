//! Order numbers from a counter of each tenant, taken in blocks. Gaps are allowed; a restart leaves one.
//!
//! Guarantees: no tenant's numbers depend on another's; a number that an import brings along is passed before its claim is
//! stored, so whoever takes a block after that meets no imported number.

mod counters;

use std::sync::atomic::Ordering;

use domain::{FIRST_COUNT, TenantId};
use event_store::{ReadError, Store};

use self::counters::{Block, Counters};

/// Numbers fetched at once.
const BLOCK: i64 = 64;

/// Gives order numbers from the database of a store.
pub(super) struct OrderNumbers {
    store: Store,
    counters: Counters,
}

impl OrderNumbers {
    pub(super) fn new(store: Store) -> Self {
        Self { store, counters: Counters::default() }
    }

    /// The tenant's next order number.
    ///
    /// # Errors
    /// [`ReadError`] when the database cannot be reached.
    pub(super) async fn next(&self, tenant: &TenantId) -> Result<i64, ReadError> {
        let counter = self.counters.counter(tenant);
        let mut block = counter.block.lock().await;
        if block.next >= block.end {
            let client = self.store.reader().await?;
            let statement =
                client.prepare_cached(include_str!("../sql/take_order_numbers.sql")).await.map_err(ReadError::Query)?;
            let row = client
                .query_one(&statement, &[&tenant.as_str(), &FIRST_COUNT, &BLOCK])
                .await
                .map_err(ReadError::Query)?;
            let end: i64 = row.try_get(0).map_err(ReadError::Query)?;
            *block = Block { next: end - BLOCK, end };
            counter.reached.fetch_max(end, Ordering::Relaxed);
        }
        let number = block.next;
        block.next += 1;
        Ok(number)
    }

    /// Forgets the block fetched for a tenant, so that the next number comes after everything imported by then. To be
    /// called where a number turns out to be taken.
    pub(super) async fn forget(&self, tenant: &TenantId) {
        *self.counters.counter(tenant).block.lock().await = Block::default();
    }

    /// Moves the tenant's counter past a number. Several at once cost one write.
    ///
    /// # Errors
    /// [`ReadError`] when the database cannot be reached.
    pub(super) async fn pass(&self, tenant: &TenantId, number: i64) -> Result<(), ReadError> {
        let counter = self.counters.counter(tenant);
        let next = number.saturating_add(1);
        counter.wanted.fetch_max(next, Ordering::Relaxed);
        if counter.reached.load(Ordering::Relaxed) < next {
            let mut block = counter.block.lock().await;
            if counter.reached.load(Ordering::Relaxed) < next {
                let wanted = counter.wanted.load(Ordering::Relaxed).max(FIRST_COUNT);
                let client = self.store.reader().await?;
                let statement = client
                    .prepare_cached(include_str!("../sql/pass_order_numbers.sql"))
                    .await
                    .map_err(ReadError::Query)?;
                let row = client.query_one(&statement, &[&tenant.as_str(), &wanted]).await.map_err(ReadError::Query)?;
                counter.reached.fetch_max(row.try_get(0).map_err(ReadError::Query)?, Ordering::Relaxed);
                *block = Block::default();
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
