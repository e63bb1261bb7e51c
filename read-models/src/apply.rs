//! Applying a batch of events to the live tables.
//!
//! Guarantees: all rows of a batch change in the caller's transaction; an event is applied once, however often it is
//! delivered; a stream whose event does not fold is reported, and the others are applied. Does not: store offsets, park, or
//! retry.

mod error;

use domain::order::contract::Published;
use tokio_postgres::{Client, Statement, Transaction};

pub use error::ApplyError;

use crate::Generations;
use crate::order::apply::{ApplyReport, Statements};

/// Applies batches over one connection, with its statements prepared.
pub struct Applier {
    /// The generations that must be live, for an applier that follows the pointer.
    expected: Option<Generations>,
    generations: Statement,
    orders: Statements,
}

impl Applier {
    /// Makes a connection work on the live generations and prepares the statements on it.
    ///
    /// # Errors
    /// [`ApplyError`] when the database refuses.
    pub async fn open(client: &Client) -> Result<Self, ApplyError> {
        let generations = Generations::usable(client).await.map_err(ApplyError::Generations)?;
        let applier = Self::on(client, &generations).await?;
        Ok(Self { expected: Some(generations), ..applier })
    }

    /// The same on generations of the caller's choice, live or not.
    ///
    /// # Errors
    /// [`ApplyError`] when the database refuses.
    pub async fn on(client: &Client, generations: &Generations) -> Result<Self, ApplyError> {
        generations.select(client).await.map_err(ApplyError::Generations)?;
        let live = client.prepare(include_str!("../sql/generation/live.sql")).await.map_err(ApplyError::Database)?;
        Ok(Self { expected: None, generations: live, orders: Statements::prepare(client).await? })
    }

    /// Applies a batch in the caller's transaction, which must be one of the connection given to [`Applier::open`].
    ///
    /// Events of one stream must be in version order. Advance the offsets in the same transaction before this: a switch
    /// of the pointer to another generation waits for that lock.
    ///
    /// # Errors
    /// [`ApplyError`]; the transaction can then only be rolled back. An event that does not fold is no error
    /// but a [`Failure`](crate::Failure) in the report.
    pub async fn apply(&self, transaction: &Transaction<'_>, batch: &[Published]) -> Result<ApplyReport, ApplyError> {
        if batch.is_empty() {
            return Ok(ApplyReport::default());
        }
        self.orders.apply(transaction, self.check(transaction), batch).await
    }

    /// Checks that the expected generations are still live.
    async fn check(&self, transaction: &Transaction<'_>) -> Result<(), ApplyError> {
        let rows = transaction.query(&self.generations, &[]).await.map_err(ApplyError::Database)?;
        match &self.expected {
            Some(expected) if Generations::found(&rows) != *expected => Err(ApplyError::GenerationsMoved),
            _ => Ok(()),
        }
    }
}
