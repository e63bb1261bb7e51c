//! The read models against a real Postgres. Each test has a database of its own.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod connections;
mod counts;
mod damage;
mod figures;
mod fulfilments;
mod parked;
mod plans;
mod rebuilds;
mod sagas;
mod stock;
mod stock_plans;
mod tables;
mod upgrades;
mod wire;

use domain::order::contract::{OrderKind, Published};
use domain::{CustomerId, TenantId};
use read_models::query::{
    Comparison, Condition, Field, FoundOrder, PageRequest, Parts, Sort, Value, Visibility, Window,
};
use read_models::testing::{BEGINNING_MICROS, EventHistory, line};
use read_models::{
    Applier, ApplyError, ApplyReport, EventColumns, Model, ModelSet, OrderColumns, Orders, ReadDb, ReadSettings,
    ViewState, generation, migrate,
};
use service_kit::postgres::ConnectOptions;
use service_kit::testing::TestDatabase;
use tokio_postgres::Client;
use uuid::Uuid;

async fn database() -> TestDatabase {
    let database = TestDatabase::create().await;
    migrate(database.url(), &[Orders::MODELS], |_| ()).await.expect("migrates");
    assert_eq!(migrate(database.url(), &[Orders::MODELS], |_| ()).await.expect("migrates again"), 0);
    database
}

/// The models of orders.
fn models() -> Vec<Model> {
    Orders::MODELS.all()
}

async fn apply(client: &mut Client, applier: &Applier<Orders>, batch: &[Published]) -> ApplyReport {
    let transaction = client.transaction().await.unwrap();
    let report = applier.apply(&transaction, batch).await.unwrap();
    transaction.commit().await.unwrap();
    report
}

fn staff() -> Visibility {
    Visibility { tenant: TenantId::try_new("shop").unwrap(), customer: None }
}

fn customer(name: &str) -> Visibility {
    Visibility { customer: Some(CustomerId::try_new(name).unwrap()), ..staff() }
}

fn sale(n: u128, customer: &str, number: &str) -> EventHistory {
    let lines = vec![line(0, "A", 2, 150), line(1, "B", 1, 99), line(2, "A", 1, 150)];
    EventHistory::of(Uuid::from_u128(n), "shop", Some(customer)).imported(
        number,
        OrderKind::Sale,
        BEGINNING_MICROS,
        lines,
    )
}

/// Every column of an order.
const WHOLE: Parts = Parts::columns(OrderColumns::ALL);

fn order_id(order: &FoundOrder) -> u128 {
    order.row.view().unwrap().order_id.as_u128()
}

fn request() -> PageRequest {
    PageRequest {
        condition: Condition::All(vec![]),
        sort: Sort::PlacedAt,
        descending: true,
        after: None,
        before: None,
        limit: 3,
        from_end: false,
    }
}

#[tokio::test]
async fn rows_are_the_fold_of_the_events_and_sums_follow() {
    let database = database().await;
    let mut client = database.client().await;
    let applier = Applier::<Orders>::open(&client).await.unwrap();
    let draft =
        EventHistory::of(Uuid::from_u128(1), "shop", Some("c1")).drafted().line(0, "A", 2, 100).line(1, "B", 1, 50);
    apply(&mut client, &applier, &draft.records()).await;
    let placed = draft.removed(1).quantity(0, 3, 300).placed("1001");
    let report = apply(&mut client, &applier, &placed.records()).await;
    assert_eq!((report.applied, report.duplicates), (3, 3));

    let read = ReadDb::open(database.url(), &[Orders::MODELS], ConnectOptions::named("test")).unwrap();
    let id = Uuid::from_u128(1);
    let whole = WHOLE.with_events(EventColumns::ALL, Window::first(100));
    let found = read.order(&staff(), id, &whole).await.unwrap().unwrap();
    assert_eq!(found.row.view().ok().as_ref(), placed.view());
    let timeline = read.timeline(&[id], Window::first(100)).await.unwrap().remove(&id).unwrap();
    assert_eq!(found.events, timeline, "events read with their order are those of the timeline");
    let last = Window { before: 6, from_end: true, ..Window::first(2) };
    let last_but_one = WHOLE.with_events(EventColumns::of(&["event_type"]), last);
    let found = read.orders(&staff(), &[id], &last_but_one).await.unwrap().pop().unwrap();
    let events: Vec<_> = found.events.iter().map(|event| (event.version, event.event_type.as_str())).collect();
    assert_eq!(events, [(4, "LineRemoved"), (5, "LineQuantityChanged")]);
    assert_eq!(timeline.iter().map(|entry| entry.version).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    assert_eq!(timeline[5].published().unwrap().event, placed.records()[5].event);

    let sums = read.customers(&staff().tenant, &["c1".to_owned()]).await.unwrap();
    assert_eq!((sums[0].figures.orders, sums[0].figures.revenue_minor), (1, 300));
    apply(&mut client, &applier, &placed.cancelled().records()).await;
    let sums = read.customers(&staff().tenant, &["c1".to_owned()]).await.unwrap();
    let figures = &sums[0].figures;
    assert_eq!((figures.orders, figures.cancelled, figures.revenue_minor), (0, 1, 0));
    let skus: i64 = client.query_one("SELECT count(*) FROM sku_sales", &[]).await.unwrap().get(0);
    assert_eq!(skus, 0, "what nobody bought is no row");
}

#[tokio::test]
async fn an_order_counts_once_for_an_sku_and_credits_count_apart() {
    let database = database().await;
    let mut client = database.client().await;
    let applier = Applier::<Orders>::open(&client).await.unwrap();
    let credit = EventHistory::of(Uuid::from_u128(2), "shop", Some("c1")).imported(
        "C1",
        OrderKind::Credit,
        BEGINNING_MICROS,
        vec![line(0, "A", 1, 150)],
    );
    let batch = [sale(1, "c1", "1").records(), credit.records()].concat();
    apply(&mut client, &applier, &batch).await;
    let row = client
        .query_one(
            "SELECT orders, credits, quantity, revenue_minor::text, month::text FROM sku_sales WHERE sku = 'A'",
            &[],
        )
        .await
        .unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1), row.get::<_, i64>(2)), (1, 1, 2));
    assert_eq!((row.get::<_, &str>(3), row.get::<_, &str>(4)), ("300", "2026-01-01"));
}

#[tokio::test]
async fn a_poison_event_is_reported_and_the_rest_applied() {
    let database = database().await;
    let mut client = database.client().await;
    let applier = Applier::<Orders>::open(&client).await.unwrap();
    let gap =
        EventHistory::of(Uuid::from_u128(1), "shop", None).drafted().line(0, "A", 1, 1).line(1, "B", 1, 1).records();
    let batch = [vec![gap[0].clone(), gap[2].clone()], sale(2, "c1", "1").records()].concat();
    let report = apply(&mut client, &applier, &batch).await;
    assert_eq!((report.applied, report.failures.len()), (2, 1));
    assert_eq!(report.failures[0].indices, [1]);
    assert!(report.failures[0].error.to_string().ends_with("version 3 does not follow 1"));
    let again = apply(&mut client, &applier, &gap).await;
    assert_eq!((again.applied, again.duplicates, again.failures.len()), (2, 1, 0));
}

#[tokio::test]
async fn pages_by_keyset_see_every_visible_order_once_in_every_sort() {
    let database = database().await;
    let mut client = database.client().await;
    let applier = Applier::<Orders>::open(&client).await.unwrap();
    let mut batch = Vec::new();
    for n in 1..=10_u128 {
        // Equal sort values, so that the tie-break must carry the page on.
        batch.extend(sale(n, if n % 2 == 0 { "c1" } else { "c2" }, &format!("{}", n / 3)).records());
    }
    batch.extend(EventHistory::of(Uuid::from_u128(11), "shop", Some("c1")).drafted().records());
    batch.extend(EventHistory::of(Uuid::from_u128(12), "other", Some("c1")).drafted().records());
    batch.extend(EventHistory::of(Uuid::from_u128(13), "shop", Some("c1")).foreign().records());
    apply(&mut client, &applier, &batch).await;
    let read = ReadDb::open(database.url(), &[Orders::MODELS], ConnectOptions::named("test")).unwrap();
    for sort in [Sort::PlacedAt, Sort::UpdatedAt, Sort::Total, Sort::Number] {
        for (descending, from_end) in [(true, false), (false, false), (true, true), (false, true)] {
            let mut seen = Vec::new();
            let mut page = PageRequest { sort, descending, from_end, ..request() };
            loop {
                let found = read.order_page(&staff(), &page, &WHOLE).await.unwrap();
                let edge = if from_end { found.orders.first() } else { found.orders.last() };
                let key = sort.key(&edge.unwrap().row).unwrap();
                let ids = found.orders.iter().map(order_id);
                if from_end {
                    seen.splice(0..0, ids);
                    page.before = Some(key);
                } else {
                    seen.extend(ids);
                    page.after = Some(key);
                }
                if !found.more {
                    break;
                }
            }
            let all = PageRequest { sort, descending, limit: 100, ..request() };
            let whole = read.order_page(&staff(), &all, &WHOLE).await.unwrap();
            let expected: Vec<u128> = whole.orders.iter().map(order_id).collect();
            assert_eq!(seen, expected, "{sort:?} descending {descending} from the end {from_end}");
            assert_eq!(seen.len(), 11);
        }
    }
    assert_eq!(read.order_count(&customer("c1"), &Condition::All(vec![]), 100).await.unwrap(), 6);
    assert_eq!(read.order_count(&staff(), &Condition::All(vec![]), 4).await.unwrap(), 4);
    let hostile = Value::Text("1' OR '1'='1; DROP TABLE order_summary; --\r\n%_".to_owned());
    let condition = Condition::Compare(Field::Number, Comparison::Equal, hostile);
    assert_eq!(read.order_count(&staff(), &condition, 100).await.unwrap(), 0);
    assert!(read.orders(&customer("c1"), &[Uuid::from_u128(1), Uuid::from_u128(12)], &WHOLE).await.unwrap().is_empty());
    assert!(read.orders(&staff(), &[Uuid::from_u128(13)], &WHOLE).await.unwrap().is_empty());
    let foreign = read.versions(&[Uuid::from_u128(13)]).await.unwrap().pop().unwrap();
    assert_eq!((foreign.version, foreign.tenant.as_str()), (1, "shop"));

    let both = ["c1".to_owned(), "c2".to_owned()];
    let pages = read.order_pages(&staff(), &both, &request(), &WHOLE).await.unwrap();
    assert_eq!((pages["c1"].orders.len(), pages["c2"].orders.len(), pages["c1"].more), (3, 3, true));
    assert!(pages["c1"].orders.iter().all(|order| order.row.view().unwrap().customer.as_deref() == Some("c1")));
    let counts = read.order_counts(&staff(), &both, 6).await.unwrap();
    assert_eq!((counts["c1"], counts["c2"]), (6, 5));
    let own = read.order_counts(&customer("c2"), &both, 10).await.unwrap();
    assert_eq!((own["c1"], own["c2"]), (0, 5));
}

#[tokio::test]
async fn a_switch_of_generations_is_seen_by_readers_and_stops_a_stale_applier() {
    let database = database().await;
    let mut client = database.client().await;
    let applier = Applier::<Orders>::open(&client).await.unwrap();
    let settings = ReadSettings { pointer_age_ms_max: 0, ..ReadSettings::new(ConnectOptions::named("test")) };
    let read = ReadDb::with(database.url(), &[Orders::MODELS], settings).unwrap();
    apply(&mut client, &applier, &sale(1, "c1", "1").records()).await;
    assert_eq!(read.orders(&staff(), &[Uuid::from_u128(1)], &WHOLE).await.unwrap().len(), 1);

    let other = database.client().await;
    for model in models() {
        generation::create_generation(&other, model, 2).await.unwrap();
        generation::index_generation(&other, model, 2).await.unwrap();
        generation::point_to(&other, model, 2, None).await.unwrap();
    }
    assert!(read.orders(&staff(), &[Uuid::from_u128(1)], &WHOLE).await.unwrap().is_empty());

    let transaction = client.transaction().await.unwrap();
    let refused = applier.apply(&transaction, &sale(2, "c1", "2").records()).await.unwrap_err();
    assert!(matches!(refused, ApplyError::GenerationsMoved) && refused.is_transient());
    transaction.rollback().await.unwrap();
    let applier = Applier::<Orders>::open(&client).await.unwrap();
    assert_eq!(apply(&mut client, &applier, &sale(1, "c1", "1").records()).await.applied, 1);
    assert_eq!(
        read.orders(&staff(), &[Uuid::from_u128(1)], &WHOLE).await.unwrap()[0].row.view().unwrap().state,
        ViewState::Completed
    );
}

#[tokio::test]
async fn a_query_finds_the_live_tables_even_after_two_switches_that_it_has_not_heard_of() {
    let database = database().await;
    let mut client = database.client().await;
    let settings = ReadSettings { pointer_age_ms_max: u64::MAX, ..ReadSettings::new(ConnectOptions::named("test")) };
    let read = ReadDb::with(database.url(), &[Orders::MODELS], settings).unwrap();
    assert!(read.orders(&staff(), &[Uuid::from_u128(1)], &WHOLE).await.unwrap().is_empty());
    for generation in 2..=3 {
        for model in models() {
            generation::create_generation(&client, model, generation).await.unwrap();
            generation::index_generation(&client, model, generation).await.unwrap();
            generation::point_to(&client, model, generation, None).await.unwrap();
        }
    }
    for model in models() {
        client.batch_execute(&format!("DROP SCHEMA {} CASCADE", generation::schema(model, 1))).await.unwrap();
    }
    let applier = Applier::<Orders>::open(&client).await.unwrap();
    apply(&mut client, &applier, &sale(1, "c1", "1").records()).await;
    assert_eq!(read.orders(&staff(), &[Uuid::from_u128(1)], &WHOLE).await.unwrap().len(), 1);
    assert_eq!(read.order_page(&staff(), &request(), &WHOLE).await.unwrap().orders.len(), 1);
}

#[tokio::test]
async fn workers_over_the_same_customers_and_skus_do_not_deadlock() {
    let database = database().await;
    let mut workers = Vec::new();
    for worker in 0..4_u128 {
        let mut client = database.client().await;
        workers.push(tokio::spawn(async move {
            let applier = Applier::<Orders>::open(&client).await.unwrap();
            for round in 0..20_u128 {
                let batch: Vec<Published> = (0..5_u128)
                    .flat_map(|n| {
                        sale(worker * 1_000 + round * 10 + n + 1, ["c1", "c2", "c3"][(n % 3) as usize], "1").records()
                    })
                    .collect();
                apply(&mut client, &applier, &batch).await;
            }
        }));
    }
    for worker in workers {
        worker.await.unwrap();
    }
    let client = database.client().await;
    Applier::<Orders>::open(&client).await.unwrap();
    let orders: i64 = client.query_one("SELECT sum(orders)::bigint FROM customer_summary", &[]).await.unwrap().get(0);
    assert_eq!(orders, 400);
}
