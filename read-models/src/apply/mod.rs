//! Applying a batch of events to the tables of a kind of stream: load the streams of the batch, fold, write what has changed.
//!
//! Guarantees: all rows of a batch change in the caller's transaction; an event is applied once, however often it is
//! delivered; a stream whose event does not fold is reported, and the others are applied. The number of statements does not depend
//! on the batch. Rows are locked in one order (model, then key), so that workers of different partitions wait for each other and do
//! not deadlock. Does not: store offsets, park, or retry.

mod error;
mod load;
pub(crate) mod plan;
mod write;

use std::marker::PhantomData;

use domain::contract::Published;
use tokio_postgres::{Client, Statement, Transaction};

pub use error::ApplyError;
pub use plan::{ApplyReport, Failure};

use crate::generation::Generations;
use crate::set::ModelSet;

/// Applies batches over one connection, with its statements prepared.
pub struct Applier<M> {
    /// The generations that must be live, for an applier that follows the pointer.
    expected: Option<Generations>,
    generations: Statement,
    statements: Statements,
    models: PhantomData<fn() -> M>,
}

/// The prepared statements of one connection.
struct Statements {
    load: Statement,
    write_views: Statement,
    parts: Option<PartStatements>,
    write_history: Statement,
    /// By table, in the order of the set's models.
    sums: Vec<SumStatements>,
}

struct PartStatements {
    delete: Statement,
    write: Statement,
}

struct SumStatements {
    write: Statement,
    look_up: Option<Statement>,
    delete_empty: Statement,
}

impl<M: ModelSet> Applier<M> {
    /// Makes a connection work on the live generations and prepares the statements on it.
    ///
    /// # Errors
    /// [`ApplyError`] when the database refuses.
    pub async fn open(client: &Client) -> Result<Self, ApplyError> {
        let generations = Generations::usable(client, &M::MODELS.all()).await.map_err(ApplyError::Generations)?;
        let applier = Self::on(client, &generations).await?;
        Ok(Self { expected: Some(generations), ..applier })
    }

    /// The same on generations of the caller's choice, live or not.
    ///
    /// # Errors
    /// [`ApplyError`] when the database refuses.
    pub async fn on(client: &Client, generations: &Generations) -> Result<Self, ApplyError> {
        generations.select(client).await.map_err(ApplyError::Generations)?;
        let live = client.prepare(include_str!("../../sql/generation/live.sql")).await.map_err(ApplyError::Database)?;
        let statements = Statements::prepare::<M>(client).await.map_err(ApplyError::Database)?;
        Ok(Self { expected: None, generations: live, statements, models: PhantomData })
    }

    /// Applies a batch in the caller's transaction, which must be one of the connection given to [`Applier::open`].
    ///
    /// Events of one stream must be in version order. Advance the offsets in the same transaction before this: a switch
    /// of the pointer to another generation waits for that lock.
    ///
    /// # Errors
    /// [`ApplyError`]; the transaction can then only be rolled back. An event that does not fold is no error
    /// but a [`Failure`] in the report.
    pub async fn apply(
        &self,
        transaction: &Transaction<'_>,
        batch: &[Published<M::Event>],
    ) -> Result<ApplyReport, ApplyError> {
        if batch.is_empty() {
            return Ok(ApplyReport::default());
        }
        let streams = plan::BatchStreams::<M>::of(batch);
        let check = self.check(transaction);
        let loaded = load::load::<M>(&self.statements.load, transaction, check, streams.ids()).await?;
        let plan = streams.fold(loaded);
        write::write(&self.statements, transaction, batch, &plan).await?;
        Ok(plan.report)
    }

    /// Checks that the expected generations are still live.
    async fn check(&self, transaction: &Transaction<'_>) -> Result<(), ApplyError> {
        let rows = transaction.query(&self.generations, &[]).await.map_err(ApplyError::Database)?;
        match &self.expected {
            Some(expected) if Generations::found(&rows, &M::MODELS.all()) != *expected => {
                Err(ApplyError::GenerationsMoved)
            }
            _ => Ok(()),
        }
    }
}

impl Statements {
    async fn prepare<M: ModelSet>(client: &Client) -> Result<Self, tokio_postgres::Error> {
        let models = M::MODELS;
        let view = models.view.table();
        let parts = match models.parts {
            None => None,
            Some(parts) => Some(PartStatements {
                delete: client.prepare(&parts.table().fill(include_str!("../../sql/apply/delete.sql"))).await?,
                write: client.prepare(&parts.table().upsert()).await?,
            }),
        };
        let mut sums = Vec::with_capacity(models.sums.len());
        for model in models.sums {
            let look_up = match model.look_up_sql {
                None => None,
                Some(statement) => Some(client.prepare(statement).await?),
            };
            let delete_empty = model.table().fill(include_str!("../../sql/apply/delete_empty.sql"));
            sums.push(SumStatements {
                write: client.prepare(&model.table().upsert()).await?,
                look_up,
                delete_empty: client.prepare(&delete_empty).await?,
            });
        }
        Ok(Self {
            load: client.prepare(&view.fill(include_str!("../../sql/apply/load.sql"))).await?,
            write_views: client.prepare(&view.fill(include_str!("../../sql/apply/write.sql"))).await?,
            parts,
            write_history: client.prepare(&models.history.table().insert()).await?,
            sums,
        })
    }
}
