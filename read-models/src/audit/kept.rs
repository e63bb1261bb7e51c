//! Compares the live set with the kept one: rows that were built live and rebuilt rows must be the same.

use service_kit::BoxError;
use tokio_postgres::GenericClient;

use super::Found;
use crate::generation::{common_columns, schema};
use crate::rebuild::{KeptSet, coherent, kept};
use crate::{Generations, Model};

/// Compares the hashes of all rows of orders that have not changed since the switch, and of the sums if no order has.
/// Returns how many such orders there are; `None` if there is no kept set that could be compared.
pub(super) async fn compare(
    client: &impl GenericClient,
    live: &Generations,
    found: &mut (dyn FnMut(Found) + Send),
) -> Result<Option<i64>, BoxError> {
    let sets = kept(client).await?;
    let Ok((previous, _)) = coherent(&sets) else { return Ok(None) };
    if sets.iter().any(|set: &KeptSet| set.differs) {
        return Ok(None);
    }
    let pair = Pair { live, kept: &Generations::all(previous) };
    let statement = pair.of(include_str!("../../sql/order/audit/unchanged.sql"), Model::OrderSummary, live);
    let row = client.query_one(&statement, &[]).await?;
    let (unchanged, all): (i64, bool) = (row.try_get(0)?, row.try_get(1)?);
    for model in Model::ALL {
        let generations = (live.of(model).unwrap_or_default(), previous);
        let columns = common_columns(client, model, generations).await?.join(", ");
        let of_orders = matches!(model, Model::OrderSummary | Model::OrderLines | Model::OrderTimeline);
        if !of_orders && !all {
            continue;
        }
        let statement = if of_orders {
            include_str!("../../sql/order/audit/hash_of_orders.sql")
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
        let mut orders = Vec::new();
        if of_orders {
            let statement = pair.of(include_str!("../../sql/order/audit/differing_orders.sql"), model, live);
            let statement = statement.replace("{columns}", &columns);
            for row in client.query(&statement, &[]).await? {
                orders.push(row.try_get(0)?);
            }
        }
        found(Found::Unequal { model: model.name(), kept: previous, orders });
    }
    Ok(Some(unchanged))
}

struct Pair<'a> {
    live: &'a Generations,
    kept: &'a Generations,
}

impl Pair<'_> {
    /// A statement over `live.…`, `kept.…`, and `one.model`, which is the model of either.
    fn of(&self, statement: &str, model: Model, one: &Generations) -> String {
        let table = |generations: &Generations, model: Model| {
            let generation = generations.of(model).expect("a set has every model");
            format!("{}.{}", schema(model, generation), model.name())
        };
        statement
            .replace("live.order_summary", &table(self.live, Model::OrderSummary))
            .replace("kept.order_summary", &table(self.kept, Model::OrderSummary))
            .replace("live.model", &table(self.live, model))
            .replace("kept.model", &table(self.kept, model))
            .replace("one.model", &table(one, model))
    }
}
