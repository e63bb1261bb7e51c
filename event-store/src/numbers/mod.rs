//! Order numbers from a counter of each tenant, taken in blocks. Gaps are allowed; a restart leaves one.
//!
//! Guarantees: no tenant's numbers depend on another's; a number that an import brings along is passed before its claim is
//! stored, so whoever takes a block after that meets no imported number.

mod counters;

use std::sync::atomic::Ordering;

use domain::{FIRST_COUNT, TenantId};

use self::counters::Block;
pub(crate) use self::counters::Numbers;
use crate::{ReadError, Store};

/// Numbers fetched at once.
const BLOCK: i64 = 64;
impl Store {
    /// The tenant's next order number.
    ///
    /// # Errors
    /// [`ReadError`] when the database cannot be reached.
    pub async fn next_order_number(&self, tenant: &TenantId) -> Result<i64, ReadError> {
        let counter = self.inner.numbers.counter(tenant);
        let mut block = counter.block.lock().await;
        if block.next >= block.end {
            let client = self.reader().await?;
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
    pub async fn forget_order_numbers(&self, tenant: &TenantId) {
        *self.inner.numbers.counter(tenant).block.lock().await = Block::default();
    }

    /// Moves the tenant's counter past a number. Several at once cost one write.
    ///
    /// # Errors
    /// [`ReadError`] when the database cannot be reached.
    pub async fn pass_order_number(&self, tenant: &TenantId, number: i64) -> Result<(), ReadError> {
        let counter = self.inner.numbers.counter(tenant);
        let next = number.saturating_add(1);
        counter.wanted.fetch_max(next, Ordering::Relaxed);
        if counter.reached.load(Ordering::Relaxed) < next {
            let mut block = counter.block.lock().await;
            if counter.reached.load(Ordering::Relaxed) < next {
                let wanted = counter.wanted.load(Ordering::Relaxed).max(FIRST_COUNT);
                let client = self.reader().await?;
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
