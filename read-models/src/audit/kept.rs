//! Compares the live set with the kept one: rows that were built live and rebuilt rows must be the same.

use service_kit::BoxError;
use tokio_postgres::GenericClient;

use super::Found;
use crate::generation::{Generations, common_columns, schema};
use crate::model::{Model, Models};
use crate::rebuild::{KeptSet, coherent, kept};

/// Compares the hashes of all rows of streams that have not changed since the switch, and of the sums if no stream has.
/// Returns how many such streams there are; `None` if there is no kept set that could be compared.
pub(super) async fn compare(
    client: &impl GenericClient,
    models: Models,
    live: &Generations,
    found: &mut (dyn FnMut(Found) + Send),
) -> Result<Option<i64>, BoxError> {
    let all = models.all();
    let sets = kept(client, Some(&all)).await?;
    let Ok((previous, _)) = coherent(&sets, &all) else { return Ok(None) };
    if sets.iter().any(|set: &KeptSet| set.differs) {
        return Ok(None);
    }
    let pair = Pair { models, live, kept: &Generations::all(&all, previous) };
    let statement = pair.of(include_str!("../../sql/audit/unchanged.sql"), models.view, live);
    let row = client.query_one(&statement, &[]).await?;
    let (unchanged, is_all): (i64, bool) = (row.try_get(0)?, row.try_get(1)?);
    for model in all {
        let generations = (live.of(model).unwrap_or_default(), previous);
        let columns = common_columns(client, model, generations).await?.join(", ");
        let is_of_streams = models.of_streams().any(|one| one == model);
        if !is_of_streams && !is_all {
            continue;
        }
        let statement = if is_of_streams {
            include_str!("../../sql/audit/hash_of_streams.sql")
        } else {
            include_str!("../../sql/audit/hash_of_sums.sql")
        };
        let mut hashes = Vec::new();
        for one in [pair.live, pair.kept] {
            let row = client.query_one(&pair.of(statement, model, one).replace("{columns}", &columns), &[]).await?;
            hashes.push(row.try_get::<_, String>(0)?);
        }
        if hashes[0] == hashes[1] {
            continue;
        }
        let mut streams = Vec::new();
        if is_of_streams {
            let statement = pair.of(include_str!("../../sql/audit/differing_streams.sql"), model, live);
            let statement = statement.replace("{columns}", &columns);
            for row in client.query(&statement, &[]).await? {
                streams.push(row.try_get(0)?);
            }
        }
        found(Found::Unequal { model: model.name(), kept: previous, streams });
    }
    Ok(Some(unchanged))
}

struct Pair<'a> {
    models: Models,
    live: &'a Generations,
    kept: &'a Generations,
}

impl Pair<'_> {
    /// A statement over `live.…`, `kept.…`, and `one.model`, which is the model of either. The tables of the streams themselves
    /// are `live.view` and `kept.view`.
    fn of(&self, statement: &str, model: Model, one: &Generations) -> String {
        let table = |generations: &Generations, model: Model| {
            let generation = generations.of(model).expect("a set has every model");
            format!("{}.{}", schema(model, generation), model.name())
        };
        statement
            .replace("{id}", self.models.id_column())
            .replace("live.view", &table(self.live, self.models.view))
            .replace("kept.view", &table(self.kept, self.models.view))
            .replace("live.model", &table(self.live, model))
            .replace("kept.model", &table(self.kept, model))
            .replace("one.model", &table(one, model))
    }
}
