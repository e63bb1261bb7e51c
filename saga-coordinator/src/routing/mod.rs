//! What is known of the locations that an order may be sent from, for the saga to choose among them.
//!
//! Guarantees: what is registered of a location comes from its events, each of which counts once. Stock and load are as the read models
//! have them, which may be a moment behind: whoever is asked for stock has the last word. Does not: choose.

mod locations;
mod source;

use std::collections::{BTreeMap, HashMap};

use domain::order_saga::{Candidate, LocationFacts, Saga};
use domain::{LocationId, Sku, Timestamp};
use event_store::Store;
use read_models::{ReadDb, ReadDbError};
use service_kit::postgres::{Migrations, TableError};

use locations::{KnownLocation, KnownLocations};
pub use source::location_source;

mod embedded {
    refinery::embed_migrations!("migrations/saga");
}

/// The table of locations, beside the log.
pub fn migrations() -> Migrations {
    Migrations::of_part(embedded::migrations::runner(), "saga_schema_history", &[])
}

/// Why the locations of an order are not known at the moment.
#[derive(Debug, thiserror::Error)]
pub enum RoutingError {
    #[error("the locations are not known")]
    Locations(#[from] TableError),
    #[error("the stock at the locations is not known")]
    Reads(#[from] ReadDbError),
}

/// Looks at the locations of orders.
pub struct Surveyor {
    locations: KnownLocations,
    reads: ReadDb,
}

impl Surveyor {
    /// Looks at the locations in the database of a log, and at their stock in that of the read models.
    pub fn new(store: &Store, reads: ReadDb) -> Self {
        Self { locations: KnownLocations(store.pool().clone()), reads }
    }

    /// What is known of the locations of a saga's policy, in its order.
    pub(crate) async fn candidates(&self, saga: &Saga, now: Timestamp) -> Result<Vec<Candidate>, RoutingError> {
        let codes: Vec<&str> = saga.policy.locations.iter().map(LocationId::as_str).collect();
        let known = self.locations.find(&saga.tenant, &codes).await?;
        let needed = needed(saga);
        let skus: Vec<&str> = needed.keys().map(|sku| sku.as_str()).collect();
        let mut stock: HashMap<(String, String), i64> = HashMap::new();
        for one in self.reads.reservable(&saga.tenant, &skus, &codes).await? {
            stock.insert((one.location, one.sku), one.pieces);
        }
        let limited: Vec<&str> =
            known.iter().filter(|(_, one)| one.details.open_max.is_some()).map(|(code, _)| code.as_str()).collect();
        let open: HashMap<String, i64> = if limited.is_empty() {
            HashMap::new()
        } else {
            self.reads.granted_at(&saga.tenant, &limited).await?.into_iter().collect()
        };
        let lacks = |code: &str, sku: &str, pieces: i64| {
            stock.get(&(code.to_owned(), sku.to_owned())).is_none_or(|there| *there < pieces)
        };
        let candidate = |location: &LocationId| {
            let code = location.as_str();
            let there = open.get(code).map_or(0, |open| u32::try_from(*open).unwrap_or(u32::MAX));
            let facts = known.get(code).and_then(|KnownLocation { is_paused, details }| {
                LocationFacts::of(details, (*is_paused, there), &saga.signals, now)
            });
            let lacks = needed.iter().filter(|(sku, pieces)| lacks(code, sku.as_str(), **pieces));
            Candidate { location: location.clone(), facts, lacks: lacks.map(|(sku, _)| (*sku).clone()).collect() }
        };
        Ok(saga.policy.locations.iter().map(candidate).collect())
    }
}

/// Pieces by SKU.
fn needed(saga: &Saga) -> BTreeMap<&Sku, i64> {
    let mut needed = BTreeMap::new();
    for line in &saga.lines {
        *needed.entry(&line.sku).or_insert(0) += i64::from(line.quantity.get());
    }
    needed
}
