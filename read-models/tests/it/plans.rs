//! The plans of the statements that queries run, over a table of 50,000 varied orders: none reads it from end to end, and none
//! sorts more than a page.
//!
//! Every field is combined with every sort, both directions, the first page and a later one. Of a field the values are frequent
//! ones, which the sort's index finds soon enough, and rare ones, which an index of the field finds.

use std::error::Error;
use std::fmt::Write;

use bytes::{BufMut, BytesMut};
use chrono::{DateTime, Utc};
use read_models::query::{Comparison, Condition, Field, Page, PageRequest, Parts, Sort, Value, Visibility, Window};
use read_models::{EventColumns, Generations, Holds, ModelSet, OrderColumns, Orders, ReadDb};
use serde_json::Value as Json;
use service_kit::postgres::ConnectOptions;
use service_kit::testing::TestDatabase;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, SimpleQueryMessage};
use uuid::Uuid;

use super::wire::{Executed, Recorder};
use super::{customer, request, staff};

const ORDERS: i32 = 50_000;
/// Orders of a page.
const PAGE: u32 = 100;
/// Most rows that a statement may sort: a page and the row that tells whether there are more.
const SORTED_MAX: f64 = 101.0;
/// As GraphQL counts.
const COUNT_MAX: u32 = 10_001;
const SORTS: [Sort; 4] = [Sort::PlacedAt, Sort::UpdatedAt, Sort::Total, Sort::Number];

/// A filled database, read through a relay.
struct Filled {
    _database: TestDatabase,
    recorder: Recorder,
    read: ReadDb,
    client: Client,
    failures: String,
}

/// Some columns and the first events of each order.
const WITH_EVENTS: Parts = Parts::columns(OrderColumns::of(&["number", "lines"]))
    .with_events(EventColumns::of(&["event_type"]), Window::first(3));

impl Filled {
    async fn new() -> Self {
        let database = super::database().await;
        let client = database.client().await;
        Generations::live(&client, &super::models()).await.unwrap().select(&client).await.unwrap();
        client.execute(include_str!("plans/orders.sql"), &[&ORDERS]).await.unwrap();
        // With so high a target every row is sampled, so that plans are the same in each run.
        client.batch_execute("SET default_statistics_target TO 200; ANALYZE order_summary").await.unwrap();
        let recorder = Recorder::before(database.url()).await;
        let read = ReadDb::open(recorder.url(), &[Orders::MODELS], ConnectOptions::named("test")).unwrap();
        Self { _database: database, recorder, read, client, failures: String::new() }
    }

    async fn page(&mut self, name: &str, visible: &Visibility, request: &PageRequest, mode: &str) -> Page {
        let page = self.read.order_page(visible, request, &WITH_EVENTS).await.unwrap();
        let place = if request.after.is_some() { "a later page" } else { "the first page" };
        let name = format!("{place} of {name} by {:?} descending {}", request.sort, request.descending);
        self.check(&name, mode, false).await;
        page
    }

    async fn count(&mut self, name: &str, condition: &Condition) {
        let count = self.read.order_count(&staff(), condition, COUNT_MAX).await.unwrap();
        // One that reaches the limit ends there, wherever it reads.
        self.check(&format!("the count of {name}"), "force_custom_plan", count == i64::from(COUNT_MAX)).await;
    }

    /// The first page of a list and one from its middle, in every sort and direction.
    async fn pages(&mut self, name: &str, visible: &Visibility, condition: &Condition, mode: &str) {
        for sort in SORTS {
            for descending in [false, true] {
                let first = PageRequest { condition: condition.clone(), sort, descending, limit: PAGE, ..request() };
                let page = self.page(name, visible, &first, mode).await;
                if let Some(order) = page.orders.get(page.orders.len() / 2) {
                    let later = PageRequest { after: Some(sort.key(&order.row).unwrap()), ..first };
                    self.page(name, visible, &later, mode).await;
                }
            }
        }
    }

    /// Looks at the plan of the statement over orders that was run last.
    async fn check(&mut self, name: &str, mode: &str, ends_early: bool) {
        let plan = explain(&self.client, &self.recorder.take("order_"), mode).await;
        let mut nodes = vec![&plan];
        while let Some(node) = nodes.pop() {
            let inner: Vec<&Json> = node["Plans"].as_array().into_iter().flatten().collect();
            let kind = node["Node Type"].as_str().unwrap();
            let wrong = match kind {
                "Seq Scan" if node["Relation Name"] == "order_summary" && !ends_early => {
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

    /// Lists of several customers. Of a customer with a fifth of all orders only the newest and the oldest are read from an index;
    /// other sorts of so many are not worth one.
    async fn of_customers(&mut self, mode: &str) {
        for (name, sort) in [("c9", Sort::Total), ("c9", Sort::Number), ("big", Sort::PlacedAt)] {
            let customers = [name, "c8"].map(str::to_owned);
            for descending in [false, true] {
                let request = PageRequest { sort, descending, limit: 20, ..request() };
                self.read.order_pages(&staff(), &customers, &request, &WITH_EVENTS).await.unwrap();
                self.check(&format!("pages of {name} and another by {sort:?}"), mode, false).await;
            }
            self.read.order_counts(&staff(), &customers, COUNT_MAX).await.unwrap();
            self.check(&format!("the counts of {name} and another"), mode, false).await;
        }
        let newest = PageRequest { limit: PAGE, ..request() };
        self.page("a great customer's own", &customer("big"), &newest, mode).await;
    }
}

/// The plan of a statement with the values that it was run with, as it was carried out.
pub async fn explain(client: &Client, executed: &Executed, mode: &str) -> Json {
    let Executed { sql, types, values } = executed;
    let prepared = client.prepare_typed(sql, types).await.unwrap();
    let types: Vec<&str> = prepared.params().iter().map(Type::name).collect();
    let literals: Vec<String> =
        types.iter().zip(1..).map(|(kind, number)| format!("quote_nullable(${number}::{kind}::text)")).collect();
    let raw: Vec<Raw<'_>> = values.iter().map(|value| Raw(value.as_deref())).collect();
    let raw: Vec<&(dyn ToSql + Sync)> = raw.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
    let row = client.query_one(&format!("SELECT {}", literals.join(", ")), &raw).await.unwrap();
    let literals: Vec<String> = (0..row.len()).map(|index| row.get(index)).collect();
    let statements = format!(
        "SET plan_cache_mode TO {mode}; PREPARE examined ({}) AS {sql}; \
         EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) EXECUTE examined ({}); DEALLOCATE examined",
        types.join(", "),
        literals.join(", ")
    );
    let messages = client.simple_query(&statements).await.unwrap();
    let plan = messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    serde_json::from_str::<Json>(plan.unwrap()).unwrap()[0]["Plan"].take()
}

/// A value in the format of the wire.
#[derive(Debug)]
struct Raw<'a>(Option<&'a [u8]>);

impl ToSql for Raw<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let Some(bytes) = self.0 else { return Ok(IsNull::Yes) };
        out.put_slice(bytes);
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn moment(text: &str) -> Value {
    Value::Moment(text.parse::<DateTime<Utc>>().unwrap())
}

/// Conditions on each field by name, with frequent values and rare ones.
fn conditions() -> Vec<(String, Condition)> {
    use Comparison::{AtLeast, Equal, Greater, Less, Unequal};
    let mut conditions = Vec::new();
    for (field, comparison, value) in [
        (Field::State, Equal, text("COMPLETED")),
        (Field::State, Equal, text("DRAFT")),
        (Field::State, Equal, text("CANCELLED")),
        (Field::State, Unequal, text("COMPLETED")),
        (Field::Kind, Equal, text("SALE")),
        (Field::Kind, Equal, text("CREDIT")),
        (Field::Number, Equal, text("SO-0000000003")),
        (Field::Number, Greater, text("SO-0000049950")),
        (Field::Number, Greater, text("SO-0000010000")),
        (Field::Customer, Equal, text("big")),
        (Field::Customer, Equal, text("c7")),
        (Field::Customer, Unequal, text("big")),
        (Field::Country, Equal, text("GB")),
        (Field::Country, Equal, text("LI")),
        (Field::Country, Unequal, text("GB")),
        (Field::Currency, Equal, text("GBP")),
        (Field::Currency, Equal, text("CHF")),
        (Field::Imported, Equal, Value::Flag(true)),
        (Field::Imported, Equal, Value::Flag(false)),
        (Field::Source, Equal, text("till")),
        (Field::Source, Equal, text("rare")),
        (Field::Reference, Equal, text("R3")),
        (Field::Reference, Greater, text("R2")),
        (Field::PlacedAt, AtLeast, moment("2026-02-26T00:00:00Z")),
        (Field::PlacedAt, AtLeast, moment("2026-04-26T17:00:00Z")),
        (Field::UpdatedAt, Less, moment("2026-03-26T00:00:00Z")),
        (Field::UpdatedAt, AtLeast, moment("2026-04-26T18:00:00Z")),
        (Field::Total, Greater, Value::Whole(30_000)),
        (Field::Total, Less, Value::Whole(20)),
        (Field::PaymentStatus, Equal, text("CAPTURED")),
        (Field::PaymentStatus, Equal, text("FAILED")),
        (Field::FulfilmentStatus, Equal, text("UNFULFILLED")),
        (Field::FulfilmentStatus, Equal, text("SHIPPED")),
    ] {
        conditions.push((format!("{field:?} {comparison:?} {value:?}"), Condition::Compare(field, comparison, value)));
    }
    for field in [
        Field::Number,
        Field::Customer,
        Field::Country,
        Field::Currency,
        Field::Source,
        Field::Reference,
        Field::PlacedAt,
        Field::PaymentStatus,
        Field::FulfilmentStatus,
        Field::Holds,
    ] {
        conditions.extend(
            [true, false].map(|absent| (format!("{field:?} absent {absent}"), Condition::Absent(field, absent))),
        );
    }
    let rare = ["CANCELLED", "NONE"].map(str::to_owned).to_vec();
    conditions.push(("State one of a rare one".to_owned(), Condition::OneOf(Field::State, rare)));
    for kinds in [&["STOCK"][..], &["FRAUD"], &["FRAUD", "STOCK"]] {
        let condition = Condition::OneOf(Field::Holds, Holds::columns_with(kinds));
        conditions.push((format!("held by one of {kinds:?}"), condition));
    }
    let statuses = ["FAILED", "NONE"].map(str::to_owned).to_vec();
    conditions.push(("one of a rare status".to_owned(), Condition::OneOf(Field::PaymentStatus, statuses)));
    let both = [(Field::State, "PLACED"), (Field::Country, "DE")];
    let both = both.map(|(field, value)| Condition::Compare(field, Equal, text(value)));
    conditions.push(("State and Country".to_owned(), Condition::All(both.to_vec())));
    let either = [(Field::State, "CANCELLED"), (Field::Country, "LI")];
    let either = either.map(|(field, value)| Condition::Compare(field, Equal, text(value)));
    conditions.push(("State or Country".to_owned(), Condition::Any(either.to_vec())));
    conditions
}

#[tokio::test]
async fn every_filter_has_an_index_in_every_sort() {
    let mut filled = Filled::new().await;
    for (name, condition) in conditions() {
        filled.pages(&name, &staff(), &condition, "force_custom_plan").await;
        filled.count(&name, &condition).await;
    }
    // These are asked for so often that the server keeps one plan for all values.
    let all = Condition::All(vec![]);
    for mode in ["force_custom_plan", "force_generic_plan"] {
        filled.pages("all orders", &staff(), &all, mode).await;
        filled.pages("a customer's own", &customer("c7"), &all, mode).await;
        filled.of_customers(mode).await;
        for country in ["GB", "LI"] {
            let equal = |field, text: &str| Condition::Compare(field, Comparison::Equal, Value::Text(text.to_owned()));
            let condition = Condition::All(vec![equal(Field::State, "COMPLETED"), equal(Field::Country, country)]);
            for descending in [false, true] {
                let newest = PageRequest { condition: condition.clone(), descending, limit: PAGE, ..request() };
                filled.page(&format!("orders of {country} in a state"), &staff(), &newest, mode).await;
            }
        }
        filled.read.order(&staff(), Uuid::from_u128(1), &WITH_EVENTS).await.unwrap();
        filled.check("an order by id", mode, false).await;
        filled.read.orders(&staff(), &[Uuid::from_u128(1), Uuid::from_u128(2)], &WITH_EVENTS).await.unwrap();
        filled.check("orders by id", mode, false).await;
        filled.read.versions(&[Uuid::from_u128(1)]).await.unwrap();
        filled.check("versions by id", mode, false).await;
        filled.read.order_by_number(&staff(), "SO-0000000003", &WITH_EVENTS).await.unwrap();
        filled.check("an order by number", mode, false).await;
        let moment = "2026-03-26T00:00:00Z".parse().unwrap();
        let drafts = filled.read.old_drafts(moment, None, 10).await.unwrap();
        filled.check("the first old drafts", mode, false).await;
        let more = filled
            .read
            .old_drafts(moment, drafts.last().map(|draft| (draft.updated_at, draft.order_id)), 10)
            .await
            .unwrap();
        filled.check("more old drafts", mode, false).await;
        assert_eq!(drafts.len(), 10);
        let places: Vec<_> = drafts.iter().chain(&more).map(|draft| (draft.updated_at, draft.order_id)).collect();
        assert!(places.is_sorted() && places.iter().all(|(updated_at, _)| *updated_at < moment), "{places:?}");
    }
    assert!(filled.failures.is_empty(), "{}", filled.failures);
}
