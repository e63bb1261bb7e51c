//! Applying a batch of events to the live tables.
//!
//! Guarantees: all rows of a batch change in the caller's transaction, by a number of statements that does not depend
//! on the batch; an event is applied once, whatever is delivered again; rows are locked in one order (model, then key),
//! so that workers over different partitions wait for each other rather than deadlock. An order whose event does not
//! fold is reported and the others go on. Does not: store offsets, park, or retry.

mod error;
mod load;
pub(crate) mod plan;
#[cfg(test)]
mod properties;
pub(crate) mod write;

use domain::order::contract::Published;
use tokio_postgres::{Client, Statement, Transaction};

pub use error::ApplyError;
pub use plan::{ApplyReport, Failure};

use crate::Generations;

/// Applies batches over one connection, with its statements prepared.
pub struct Applier {
    /// The generations that must be live; `None` for an applier on fixed generations.
    expected: Option<Generations>,
    statements: Statements,
}

struct Statements {
    generations: Statement,
    load_summaries: Statement,
    load_lines: Statement,
    write_summaries: Statement,
    write_lines: Statement,
    delete_lines: Statement,
    write_timeline: Statement,
    write_customers: Statement,
    look_up_placements: Statement,
    delete_customers: Statement,
    write_skus: Statement,
    delete_skus: Statement,
}

impl Applier {
    /// Makes a connection work on the live generations and prepares the statements on it.
    ///
    /// # Errors
    /// [`ApplyError`] when the database refuses.
    pub async fn open(client: &Client) -> Result<Self, ApplyError> {
        let generations = Generations::live(client).await.map_err(ApplyError::Generations)?;
        let applier = Self::on(client, &generations).await?;
        Ok(Self { expected: Some(generations), ..applier })
    }

    /// The same on generations of the caller's choice, live or not.
    ///
    /// # Errors
    /// [`ApplyError`] when the database refuses.
    pub async fn on(client: &Client, generations: &Generations) -> Result<Self, ApplyError> {
        generations.select(client).await.map_err(ApplyError::Generations)?;
        let prepare = async |sql: &str| client.prepare(sql).await.map_err(ApplyError::Database);
        let statements = Statements {
            generations: prepare(include_str!("../../sql/generation/live.sql")).await?,
            load_summaries: prepare(include_str!("../../sql/apply/load_summaries.sql")).await?,
            load_lines: prepare(include_str!("../../sql/apply/load_lines.sql")).await?,
            write_summaries: prepare(include_str!("../../sql/apply/write_summaries.sql")).await?,
            write_lines: prepare(include_str!("../../sql/apply/write_lines.sql")).await?,
            delete_lines: prepare(include_str!("../../sql/apply/delete_lines.sql")).await?,
            write_timeline: prepare(include_str!("../../sql/apply/write_timeline.sql")).await?,
            write_customers: prepare(include_str!("../../sql/apply/write_customers.sql")).await?,
            look_up_placements: prepare(include_str!("../../sql/apply/look_up_placements.sql")).await?,
            delete_customers: prepare(include_str!("../../sql/apply/delete_customers.sql")).await?,
            write_skus: prepare(include_str!("../../sql/apply/write_skus.sql")).await?,
            delete_skus: prepare(include_str!("../../sql/apply/delete_skus.sql")).await?,
        };
        Ok(Self { expected: None, statements })
    }

    /// Applies a batch in the caller's transaction, which must be one of the connection given to [`Applier::open`].
    ///
    /// Events of one order must be in version order. Advance the offsets in the same transaction before this: a switch
    /// of the pointer to another generation waits for that lock.
    ///
    /// # Errors
    /// [`ApplyError`]; the transaction can then only be rolled back. An event that does not fold is no error
    /// but a [`Failure`] in the report.
    pub async fn apply(&self, transaction: &Transaction<'_>, batch: &[Published]) -> Result<ApplyReport, ApplyError> {
        if batch.is_empty() {
            return Ok(ApplyReport::default());
        }
        let groups = plan::Groups::of(batch);
        let loaded = load::load(&self.statements, self.expected.as_ref(), transaction, groups.order_ids()).await?;
        let plan = groups.fold(loaded);
        write::write(&self.statements, transaction, batch, &plan).await?;
        Ok(plan.report)
    }
}
