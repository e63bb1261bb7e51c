//! How Postgres reads stock and reservations: never the whole table, and it sorts no more than a page or so.

use std::fmt::Write;

use domain::TenantId;
use read_models::query::{StockFilter, StockPageRequest, StockSort, Window};
use read_models::{Generations, ModelSet, Models, ReadDb, ReservationState, Reservations, Stock, migrate};
use serde_json::Value as Json;
use service_kit::postgres::ConnectOptions;
use service_kit::testing::TestDatabase;
use tokio_postgres::Client;
use uuid::Uuid;

use super::plans::explain;
use super::wire::Recorder;

const PAGE: u32 = 20;
/// As many as a SKU has locations here.
const SORTED_MAX: f64 = 60.0;
const COUNT_MAX: u32 = 10_001;
const TABLES: [&str; 5] = ["stock", "reservation", "saga", "saga_event", "fulfilment"];

pub struct Filled {
    _database: TestDatabase,
    recorder: Recorder,
    pub read: ReadDb,
    client: Client,
    /// What is read otherwise than it should be.
    pub failures: String,
}

impl Filled {
    /// A database of some sets that a script fills.
    pub async fn new(sets: &[Models], script: &str) -> Self {
        let database = TestDatabase::create().await;
        migrate(database.url(), sets, |_| ()).await.unwrap();
        let client = database.client().await;
        let models: Vec<_> = sets.iter().flat_map(Models::all).collect();
        Generations::live(&client, &models).await.unwrap().select(&client).await.unwrap();
        client.batch_execute(script).await.unwrap();
        let recorder = Recorder::before(database.url()).await;
        let read = ReadDb::open(recorder.url(), sets, ConnectOptions::named("test")).unwrap();
        Self { _database: database, recorder, read, client, failures: String::new() }
    }

    /// Looks at the plan of the statement that was run last.
    pub async fn check(&mut self, name: &str, mode: &str, ends_early: bool) {
        let plan = explain(&self.client, &self.recorder.take("FROM "), mode).await;
        let mut nodes = vec![&plan];
        while let Some(node) = nodes.pop() {
            let inner: Vec<&Json> = node["Plans"].as_array().into_iter().flatten().collect();
            let wrong = match node["Node Type"].as_str().unwrap() {
                "Seq Scan" if !ends_early && TABLES.iter().any(|table| node["Relation Name"] == *table) => {
                    Some("reads the whole table".to_owned())
                }
                "Sort" | "Incremental Sort" => {
                    let rows = inner[0]["Actual Rows"].as_f64().unwrap();
                    (rows > SORTED_MAX).then(|| format!("sorts {rows} rows"))
                }
                _ => None,
            };
            if let Some(wrong) = wrong {
                writeln!(self.failures, "{name} ({mode}): {wrong}").unwrap();
            }
            nodes.extend(inner);
        }
    }

    /// The first page of a list and one from its middle, in every sort and direction, and its count.
    async fn pages(&mut self, name: &str, filter: &StockFilter) {
        // A bound of what is available is planned by its values; all else has one plan for any.
        let is_bounded = filter.available_min.is_some() || filter.available_max.is_some();
        let modes: &[&str] =
            if is_bounded { &["force_custom_plan"] } else { &["force_custom_plan", "force_generic_plan"] };
        for sort in [StockSort::Sku, StockSort::Location, StockSort::Available] {
            for descending in [false, true] {
                let mut request = StockPageRequest {
                    filter: filter.clone(),
                    sort,
                    descending,
                    after: None,
                    before: None,
                    limit: PAGE,
                    from_end: false,
                };
                for page in ["the first page", "a later page"] {
                    for mode in modes {
                        let found = self.read.stock_page(&shop(), &request).await.unwrap();
                        self.check(&format!("{page} of {name} by {sort:?} descending {descending}"), mode, false).await;
                        let middle = found.items.get(found.items.len() / 2);
                        request.after = middle.map(|item| sort.key(item)).or(request.after);
                    }
                }
            }
        }
        let count = self.read.stock_count(&shop(), filter, COUNT_MAX).await.unwrap();
        // One that reaches the limit ends there, wherever it reads.
        self.check(&format!("the count of {name}"), "force_custom_plan", count == i64::from(COUNT_MAX)).await;
    }
}

fn shop() -> TenantId {
    TenantId::try_new("shop").unwrap()
}

#[tokio::test]
async fn every_pair_of_filter_and_sort_has_an_index() {
    let mut filled = Filled::new(&[Stock::MODELS, Reservations::MODELS], include_str!("plans/stock.sql")).await;
    let text = |text: &str| Some(text.to_owned());
    let all = StockFilter::default;
    let filters = [
        ("all", all()),
        ("a SKU", StockFilter { sku: text("SKU-0017"), ..all() }),
        ("a location", StockFilter { location: text("loc-7"), ..all() }),
        ("a SKU at a location", StockFilter { sku: text("SKU-0017"), location: text("loc-7"), ..all() }),
        ("what is very low", StockFilter { available_max: Some(1), ..all() }),
        ("what is below most", StockFilter { available_max: Some(900), ..all() }),
        ("what is very high", StockFilter { available_min: Some(1_000_000), ..all() }),
        ("what is above most", StockFilter { available_min: Some(100), ..all() }),
        ("a range", StockFilter { available_min: Some(100), available_max: Some(105), ..all() }),
        ("low at a location", StockFilter { location: text("loc-7"), available_max: Some(1), ..all() }),
        ("below most at a location", StockFilter { location: text("loc-7"), available_max: Some(900), ..all() }),
        ("low of a SKU", StockFilter { sku: text("SKU-0017"), available_max: Some(1), ..all() }),
        ("above most of a SKU", StockFilter { sku: text("SKU-0017"), available_min: Some(100), ..all() }),
    ];
    for (name, filter) in &filters {
        filled.pages(name, filter).await;
    }
    for mode in ["force_custom_plan", "force_generic_plan"] {
        filled.read.stock(&shop(), &[Uuid::from_u128(1)]).await.unwrap();
        filled.check("stock by id", mode, false).await;
        filled.read.stock_versions(&[Uuid::from_u128(1)]).await.unwrap();
        filled.check("versions of stock", mode, false).await;
        filled.read.stock_movements(&[Uuid::from_u128(1)], Window::first(PAGE)).await.unwrap();
        filled.check("movements", mode, false).await;
        filled.read.reservations_of(&shop(), Uuid::from_u128(1), PAGE).await.unwrap();
        filled.check("reservations of an order", mode, false).await;
        for state in [ReservationState::Granted, ReservationState::Expired] {
            filled.read.reservations_in(&shop(), state, PAGE).await.unwrap();
            filled.check(&format!("reservations in {state:?}"), mode, false).await;
        }
        filled.read.reservation_versions(&[Uuid::from_u128(1)]).await.unwrap();
        filled.check("versions of reservations", mode, false).await;
    }
    assert!(filled.failures.is_empty(), "{}", filled.failures);
}
