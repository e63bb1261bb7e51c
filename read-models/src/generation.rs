//! Generations: several versions of a model's table side by side, and the pointer to the live one.
//!
//! Guarantees: statements name tables without a schema, and a connection's search path decides which generation they
//! use; the first generation is made by the same function as any later one. Does not: fill a generation.

use std::collections::BTreeMap;

use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, GenericClient, Row};

use crate::model::{Model, Models};

/// The generation of each model that a connection uses.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Generations(BTreeMap<Model, i32>);

/// Why generations could not be made or read.
#[derive(Debug, thiserror::Error)]
pub enum GenerationError {
    /// The database refused.
    #[error("could not {action} a read model's generation")]
    Database {
        action: &'static str,
        #[source]
        source: tokio_postgres::Error,
    },
    /// A model without a live generation.
    #[error("no generation of {model} is live; run `order-engine migrate`")]
    NoneLive { model: &'static str },
    /// Live tables that another release made, or that nothing has filled yet.
    #[error(
        "the live tables of {} are not those of this release; run this release's `orderctl replay rebuild --all`, which makes \
         them anew from the log",
        models.join(", ")
    )]
    Outdated { models: Vec<&'static str> },
}

impl Generations {
    /// Reads which generations of some models are live.
    ///
    /// # Errors
    /// [`GenerationError`] when the database refuses or a model has none.
    pub async fn live(client: &impl GenericClient, models: &[Model]) -> Result<Self, GenerationError> {
        let rows = client
            .query(include_str!("../sql/generation/live.sql"), &[])
            .await
            .map_err(|source| GenerationError::Database { action: "read", source })?;
        let found = Self::found(&rows, models);
        match models.iter().find(|model| !found.0.contains_key(model)) {
            Some(model) => Err(GenerationError::NoneLive { model: model.name() }),
            None => Ok(found),
        }
    }

    /// Reads which generations are live, for whoever reads or writes their rows.
    ///
    /// # Errors
    /// The same, and [`GenerationError::Outdated`].
    pub async fn usable(client: &impl GenericClient, models: &[Model]) -> Result<Self, GenerationError> {
        let live = Self::live(client, models).await?;
        let unfilled = unfilled(client, models).await?;
        let mut outdated = Vec::new();
        for (model, generation) in &live.0 {
            let described = model.table().columns().iter().map(|column| (column.name.to_owned(), column.kind.name()));
            let found = columns(client, *model, *generation).await?;
            let is_described = described.eq(found.iter().map(|(name, kind)| (name.clone(), kind.as_str())));
            if !is_described || unfilled.contains(model) {
                outdated.push(model.name());
            }
        }
        if outdated.is_empty() { Ok(live) } else { Err(GenerationError::Outdated { models: outdated }) }
    }

    /// The same generation of some models: a set that was filled in one go.
    pub fn all(models: &[Model], generation: i32) -> Self {
        Self(models.iter().map(|model| (*model, generation)).collect())
    }

    /// The generation of a model; `None` if the set does not have it.
    pub fn of(&self, model: Model) -> Option<i32> {
        self.0.get(&model).copied()
    }

    /// Live generations of some models from the rows of their statement. Others are left out.
    pub(crate) fn found(rows: &[Row], models: &[Model]) -> Self {
        Self(rows.iter().filter_map(|row| Some((named(models, row.get(0))?, row.get(1)))).collect())
    }

    /// The `search_path` that makes unqualified table names meet these generations.
    pub fn search_path(&self) -> String {
        let mut path = String::new();
        for (model, generation) in &self.0 {
            path.push_str(&schema(*model, *generation));
            path.push(',');
        }
        path.push_str("public");
        path
    }

    /// Makes a connection work on these generations.
    ///
    /// # Errors
    /// [`GenerationError::Database`].
    pub async fn select(&self, client: &impl GenericClient) -> Result<(), GenerationError> {
        client
            .batch_execute(&format!("SET search_path TO {}", self.search_path()))
            .await
            .map_err(|source| GenerationError::Database { action: "select", source })
    }
}

/// The Postgres schema of one generation of a model. It needs no quoting: model names are plain.
pub fn schema(model: Model, generation: i32) -> String {
    format!("{}_g{generation}", model.name())
}

/// Makes the empty table of a generation, without its indexes.
///
/// # Errors
/// [`GenerationError::Database`], also when the generation exists.
pub async fn create_generation(
    client: &impl GenericClient,
    model: Model,
    generation: i32,
) -> Result<(), GenerationError> {
    let schema = schema(model, generation);
    let statements =
        format!("CREATE SCHEMA {schema}; SET search_path TO {schema}; {}; RESET search_path", model.table_sql);
    client.batch_execute(&statements).await.map_err(|source| GenerationError::Database { action: "create", source })
}

/// Makes the primary key and indexes of a generation.
///
/// # Errors
/// [`GenerationError::Database`].
pub async fn index_generation(
    client: &impl GenericClient,
    model: Model,
    generation: i32,
) -> Result<(), GenerationError> {
    let schema = schema(model, generation);
    let statements = format!("SET search_path TO {schema}; {}; RESET search_path", model.indexes_sql);
    client.batch_execute(&statements).await.map_err(|source| GenerationError::Database { action: "index", source })
}

/// The columns of a generation's table with their types, in order; none if there is no such table.
pub(crate) async fn columns(
    client: &impl GenericClient,
    model: Model,
    generation: i32,
) -> Result<Vec<(String, String)>, GenerationError> {
    let table = format!("{}.{}", schema(model, generation), model.name());
    let rows = client.query(include_str!("../sql/generation/columns.sql"), &[&table]).await;
    let rows = rows.map_err(|source| GenerationError::Database { action: "examine", source })?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// The names of the columns that two generations of a model have in common.
pub(crate) async fn common_columns(
    client: &impl GenericClient,
    model: Model,
    (one, other): (i32, i32),
) -> Result<Vec<String>, GenerationError> {
    let others = columns(client, model, other).await?;
    let mut common = columns(client, model, one).await?;
    common.retain(|column| others.contains(column));
    Ok(common.into_iter().map(|(name, _)| name).collect())
}

fn named(models: &[Model], name: &str) -> Option<Model> {
    models.iter().copied().find(|model| model.name() == name)
}

/// Those of some models whose live generation nothing has filled yet.
pub(crate) async fn unfilled(client: &impl GenericClient, models: &[Model]) -> Result<Vec<Model>, GenerationError> {
    let rows = client.query(include_str!("../sql/generation/live.sql"), &[]).await;
    let rows = rows.map_err(|source| GenerationError::Database { action: "read", source })?;
    let unfilled = rows.iter().filter(|row| !row.get::<_, bool>(2));
    Ok(unfilled.filter_map(|row| named(models, row.get(0))).collect())
}

/// Moves the pointer of a model to a generation, which is filled. The one before is kept; `kept_positions` says, for each shard of the
/// log, up to which position it has every event, where that is known.
///
/// # Errors
/// [`GenerationError::Database`].
pub async fn point_to(
    client: &impl GenericClient,
    model: Model,
    generation: i32,
    kept_positions: Option<&[i64]>,
) -> Result<(), GenerationError> {
    point(client, model, (generation, true), kept_positions).await
}

async fn point(
    client: &impl GenericClient,
    model: Model,
    (generation, filled): (i32, bool),
    kept_positions: Option<&[i64]>,
) -> Result<(), GenerationError> {
    let values: [&(dyn ToSql + Sync); 4] = [&model.name(), &generation, &kept_positions, &filled];
    client
        .execute(include_str!("../sql/generation/point.sql"), &values)
        .await
        .map(|_| ())
        .map_err(|source| GenerationError::Database { action: "point to", source })
}

/// Makes the first generation of every model of these sets that has none. Where other models of its set are live already, it lacks
/// their events: a rebuild has to fill it.
///
/// # Errors
/// [`GenerationError::Database`]; then nothing was made.
pub async fn ensure_live(client: &mut Client, sets: &[Models]) -> Result<(), GenerationError> {
    let failed = |source| GenerationError::Database { action: "make", source };
    let transaction = client.transaction().await.map_err(failed)?;
    // Two processes that migrate at once: the second waits here and then finds all made.
    transaction.batch_execute("LOCK TABLE public.model_generation IN EXCLUSIVE MODE").await.map_err(failed)?;
    let rows = transaction.query(include_str!("../sql/generation/live.sql"), &[]).await.map_err(failed)?;
    for set in sets {
        let models = set.all();
        let live = Generations::found(&rows, &models);
        let is_new = live.0.is_empty();
        for model in models.into_iter().filter(|model| live.of(*model).is_none()) {
            create_generation(&transaction, model, FIRST).await?;
            index_generation(&transaction, model, FIRST).await?;
            point(&transaction, model, (FIRST, is_new), None).await?;
        }
    }
    transaction.commit().await.map_err(failed)
}

/// The generation that a new database starts with.
const FIRST: i32 = 1;
