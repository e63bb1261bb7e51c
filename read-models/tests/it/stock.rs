//! Stock and reservations: rows from events, lists, a rebuild beside the live rows, and an audit of them.

use std::sync::{Arc, Mutex};

use domain::TenantId;
use domain::contract::{Position, PublicEvents, Published};
use domain::stock::contract::PublicEvent as StockEvent;
use read_models::audit::{Found, Sorted, audit};
use read_models::query::{StockFilter, StockKey, StockPageRequest, StockSort, Window};
use read_models::rebuild::{Log, Purpose, RebuildOptions, Report, rebuild, roll_back};
use read_models::{
    Applier, Generations, ModelSet, Orders, ReadDb, ReservationHistory, ReservationState, Reservations, Stock,
    StockHistory, migrate,
};
use service_kit::BoxError;
use service_kit::clock::{Ids, SystemIds};
use service_kit::postgres::ConnectOptions;
use service_kit::testing::TestDatabase;
use uuid::Uuid;

const TOPIC: &str = "inventory.events.v1";

/// A log in memory, of events of one kind.
#[derive(Clone)]
pub struct Memory<E>(Arc<Mutex<Vec<Published<E>>>>);

impl<E: PublicEvents> Memory<E> {
    pub fn of(records: impl IntoIterator<Item = Published<E>>) -> Self {
        let numbered = (1..).zip(records);
        let at = |(position, record)| Published { position: Position { shard: 0, position }, ..record };
        Self(Arc::new(Mutex::new(numbered.map(at).collect())))
    }

    fn records(&self) -> Vec<Published<E>> {
        self.0.lock().unwrap().clone()
    }
}

impl<E: PublicEvents> Log<E> for Memory<E> {
    async fn heads(&self) -> Result<Vec<i64>, BoxError> {
        Ok(vec![i64::try_from(self.0.lock().unwrap().len())?])
    }

    async fn page(&self, _: i16, after: i64, events_max: i64) -> Result<Vec<Published<E>>, BoxError> {
        let (after, most) = (usize::try_from(after)?, usize::try_from(events_max)?);
        Ok(self.0.lock().unwrap().iter().skip(after).take(most).cloned().collect())
    }
}

/// All histories at once, by stream.
struct Histories<E>(Vec<(Uuid, Published<E>)>);

impl<E: PublicEvents> Sorted for Histories<E> {
    type Item = Published<E>;

    async fn page(&mut self) -> Result<Vec<(Uuid, Published<E>)>, BoxError> {
        Ok(std::mem::take(&mut self.0))
    }
}

async fn database() -> TestDatabase {
    let database = TestDatabase::create().await;
    migrate(database.url(), &[Stock::MODELS, Reservations::MODELS], |_| ()).await.unwrap();
    database
}

pub async fn applied<M: ModelSet>(database: &TestDatabase, log: &Memory<M::Event>) {
    let mut client = database.client().await;
    let applier = Applier::<M>::open(&client).await.unwrap();
    let transaction = client.transaction().await.unwrap();
    let report = applier.apply(&transaction, &log.records()).await.unwrap();
    assert_eq!((report.applied, report.failures.len()), (log.records().len(), 0));
    let again = applier.apply(&transaction, &log.records()).await.unwrap();
    assert_eq!((again.applied, again.duplicates), (0, log.records().len()), "a second delivery changes nothing");
    transaction.commit().await.unwrap();
}

pub async fn run<M: ModelSet>(database: &TestDatabase, log: &Memory<M::Event>, purpose: Purpose) -> Report {
    let how = (purpose, &RebuildOptions::of(TOPIC), SystemIds.ordered());
    rebuild::<M, _>(database.url(), log, &M::MODELS.all(), how, &mut |_| ()).await.unwrap()
}

pub async fn found<M: ModelSet>(database: &TestDatabase, log: &Memory<M::Event>) -> Vec<Found> {
    let mut client = database.client().await;
    let transaction = client.transaction().await.unwrap();
    let mut histories: Vec<_> =
        log.records().into_iter().map(|record| (record.event.stream_id().parse().unwrap(), record)).collect();
    histories.sort_by_key(|(id, record)| (*id, record.event.version()));
    let heads = log.heads().await.unwrap();
    let mut all = Vec::new();
    audit::<M>(&transaction, Histories(histories), &heads, &mut |one| all.push(one)).await.unwrap();
    all
}

fn item(tenant: &str, location: &str, sku: &str, pieces: i64) -> StockHistory {
    StockHistory::of(tenant, location, sku).added().received(pieces)
}

/// Three SKUs at two locations of a shop, and one of another tenant.
fn histories() -> Vec<StockHistory> {
    let (reservation, order) = (Uuid::from_u128(1), Uuid::from_u128(2));
    vec![
        item("shop", "zrh-1", "A", 5),
        item("shop", "zrh-1", "B", 0).backorder_allowed(true).reserved(reservation, order, 3),
        item("shop", "zrh-1", "C", 9),
        item("shop", "bsl-1", "A", 2).reserved(reservation, order, 2).released(reservation, order, 1),
        item("shop", "bsl-1", "C", 7),
        item("other", "zrh-1", "A", 1),
    ]
}

fn log() -> Memory<StockEvent> {
    Memory::of(histories().iter().flat_map(StockHistory::records))
}

fn shop() -> TenantId {
    TenantId::try_new("shop").unwrap()
}

fn request(filter: StockFilter, sort: StockSort) -> StockPageRequest {
    StockPageRequest { filter, sort, descending: false, after: None, before: None, limit: 2, from_end: false }
}

/// SKU, location and what is available of all items of a list, read page by page.
async fn listed(read: &ReadDb, mut request: StockPageRequest) -> Vec<(String, String, i64)> {
    let mut all = Vec::new();
    loop {
        let page = read.stock_page(&shop(), &request).await.unwrap();
        let key: Option<StockKey> =
            if request.from_end { page.items.first() } else { page.items.last() }.map(|item| request.sort.key(item));
        let items = page.items.into_iter().map(|item| (item.sku, item.location, item.available));
        if request.from_end {
            all.splice(0..0, items);
            request.before = key;
        } else {
            all.extend(items);
            request.after = key;
        }
        if !page.more {
            return all;
        }
    }
}

#[tokio::test]
async fn stock_is_listed_by_sku_location_and_what_is_available_page_by_page() {
    let database = database().await;
    applied::<Stock>(&database, &log()).await;
    let sets = [Stock::MODELS, Reservations::MODELS];
    let read = ReadDb::open(database.url(), &sets, ConnectOptions::named("test")).unwrap();
    let all = StockFilter::default();
    let row = |sku: &str, location: &str, available| (sku.to_owned(), location.to_owned(), available);
    let by_sku = vec![
        row("A", "bsl-1", 1),
        row("A", "zrh-1", 5),
        row("B", "zrh-1", 0),
        row("C", "bsl-1", 7),
        row("C", "zrh-1", 9),
    ];
    assert_eq!(listed(&read, request(all.clone(), StockSort::Sku)).await, by_sku);
    let backwards = StockPageRequest { from_end: true, ..request(all.clone(), StockSort::Sku) };
    assert_eq!(listed(&read, backwards).await, by_sku);
    let mut reversed = by_sku.clone();
    reversed.reverse();
    let descending = StockPageRequest { descending: true, ..request(all.clone(), StockSort::Sku) };
    assert_eq!(listed(&read, descending).await, reversed);
    let by_location = listed(&read, request(all.clone(), StockSort::Location)).await;
    assert_eq!(
        by_location.iter().map(|row| &*row.1).collect::<Vec<_>>(),
        ["bsl-1", "bsl-1", "zrh-1", "zrh-1", "zrh-1"]
    );
    let by_available = listed(&read, request(all.clone(), StockSort::Available)).await;
    assert_eq!(by_available.iter().map(|row| row.2).collect::<Vec<_>>(), [0, 1, 5, 7, 9]);

    let low = StockFilter { available_max: Some(1), ..StockFilter::default() };
    assert_eq!(
        listed(&read, request(low.clone(), StockSort::Available)).await,
        [row("B", "zrh-1", 0), row("A", "bsl-1", 1)]
    );
    assert_eq!(read.stock_count(&shop(), &low, 10).await.unwrap(), 2);
    let of_sku = StockFilter { sku: Some("A".to_owned()), available_min: Some(2), ..StockFilter::default() };
    assert_eq!(listed(&read, request(of_sku, StockSort::Location)).await, [row("A", "zrh-1", 5)]);
    let hostile = StockFilter { location: Some("x' OR '1'='1".to_owned()), ..StockFilter::default() };
    assert_eq!(read.stock_count(&shop(), &hostile, 10).await.unwrap(), 0);
    assert_eq!(read.stock_count(&shop(), &all, 4).await.unwrap(), 4, "counted up to the limit");

    let histories = histories();
    let (backordered, others) = (&histories[1], &histories[5]);
    let mine = read.stock(&shop(), &[backordered.id(), others.id()]).await.unwrap();
    assert_eq!(mine, [backordered.view().clone()].map(|view| read_models::StockView { position: 6, ..view }));
    let movements = read.stock_movements(&[backordered.id()], Window::first(10)).await.unwrap();
    let movements = &movements[&backordered.id()];
    let levels: Vec<_> =
        movements.iter().map(|(moved, event)| (&*event.event_type, moved.reserved, moved.order_id)).collect();
    assert_eq!(
        levels,
        [
            ("StockItemAdded", Some(0), None),
            ("StockAdjusted", Some(0), None),
            ("BackorderPolicyChanged", Some(0), None),
            ("StockReserved", Some(3), Some(Uuid::from_u128(2))),
        ]
    );
    let versions = read.stock_versions(&[others.id()]).await.unwrap();
    assert_eq!(versions.iter().map(|one| (one.version, &*one.tenant)).collect::<Vec<_>>(), [(2, "other")]);
}

#[tokio::test]
async fn reservations_are_found_by_order_and_by_state() {
    let database = database().await;
    let histories = [
        ReservationHistory::new(1, "shop", 7).granted("zrh-1", &[("A", 3, 1)]),
        ReservationHistory::new(2, "shop", 7).granted("bsl-1", &[("B", 1, 0)]).released(),
        ReservationHistory::new(3, "shop", 8).granted("zrh-1", &[("A", 1, 0)]),
        ReservationHistory::new(4, "other", 7).granted("zrh-1", &[("A", 1, 0)]),
    ];
    let log = Memory::of(histories.iter().flat_map(ReservationHistory::records));
    applied::<Reservations>(&database, &log).await;
    let sets = [Stock::MODELS, Reservations::MODELS];
    let read = ReadDb::open(database.url(), &sets, ConnectOptions::named("test")).unwrap();
    let of_order = read.reservations_of(&shop(), Uuid::from_u128(7), 10).await.unwrap();
    let states: Vec<_> = of_order.iter().map(|one| (one.reservation_id.as_u128(), one.state)).collect();
    assert_eq!(states, [(1, ReservationState::Granted), (2, ReservationState::Released)]);
    assert_eq!((of_order[0].lines.0[0].quantity, of_order[0].location.as_deref()), (3, Some("zrh-1")));
    let granted = read.reservations_in(&shop(), ReservationState::Granted, 10).await.unwrap();
    assert_eq!(granted.iter().map(|one| one.reservation_id.as_u128()).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(read.reservation_versions(&[Uuid::from_u128(2)]).await.unwrap()[0].version, 2);

    assert!(run::<Reservations>(&database, &log, Purpose::Switch).await.switched);
    assert!(found::<Reservations>(&database, &log).await.is_empty());
    let damage = "UPDATE reservation_g2.reservation SET state = 'SHIPPED' WHERE reservation_id = $1";
    database.client().await.execute(damage, &[&Uuid::from_u128(3)]).await.unwrap();
    let report = run::<Reservations>(&database, &log, Purpose::Verify).await;
    assert_eq!(report.compared[0].differences[0].fields[0].field, "state");
}

#[tokio::test]
async fn rows_of_stock_are_rebuilt_compared_audited_and_taken_back() {
    let database = database().await;
    let log = log();
    applied::<Stock>(&database, &log).await;
    assert!(found::<Stock>(&database, &log).await.is_empty());
    let report = run::<Stock>(&database, &log, Purpose::Switch).await;
    assert!(report.switched && report.is_equal(), "{report:?}");
    assert_eq!((report.streams, report.events), (6, log.records().len() as u64));
    assert!(found::<Stock>(&database, &log).await.is_empty());
    let client = database.client().await;
    let others = Generations::live(&client, &Reservations::MODELS.all()).await.unwrap();
    assert_eq!(others.of(Reservations::MODELS.view), Some(1), "another set is as it was");

    let damage = "UPDATE stock_g2.stock SET on_hand = 99 WHERE sku = 'C' AND location = 'zrh-1'; \
                  DELETE FROM stock_movement_g2.stock_movement WHERE type = 'StockReleased'";
    client.batch_execute(damage).await.unwrap();
    let report = run::<Stock>(&database, &log, Purpose::Switch).await;
    assert!(!report.switched);
    let differing: Vec<_> = report.compared.iter().map(|one| (one.model, one.differing)).collect();
    assert_eq!(differing, [("stock", 1), ("stock_movement", 1)]);
    let difference = &report.compared[0].differences[0];
    assert_eq!((&*difference.fields[0].field, difference.events.len()), ("on_hand", 2));
    let found = found::<Stock>(&database, &log).await;
    let mut kinds: Vec<_> = found
        .iter()
        .map(|one| match one {
            Found::Differs(difference) => difference.model,
            Found::Unequal { model, .. } => model,
            other => panic!("{other:?}"),
        })
        .collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["stock", "stock", "stock_movement", "stock_movement"], "{found:?}");

    let how = (Purpose::SwitchDespiteDifferences, &RebuildOptions::of(TOPIC), SystemIds.ordered());
    let back = roll_back::<Stock, _>(database.url(), &log, how, &mut |_| ()).await.unwrap();
    assert_eq!((back.switched, back.generation), (true, 1));
}

#[tokio::test]
async fn a_set_that_a_release_brings_counts_as_filled_beside_others_that_are_live() {
    let database = TestDatabase::create().await;
    migrate(database.url(), &[Orders::MODELS], |_| ()).await.unwrap();
    migrate(database.url(), &[Orders::MODELS, Stock::MODELS], |_| ()).await.unwrap();
    let client = database.client().await;
    Generations::usable(&client, &Stock::MODELS.all()).await.unwrap();
    applied::<Stock>(&database, &log()).await;
    assert!(run::<Stock>(&database, &log(), Purpose::Switch).await.switched);
}

#[tokio::test]
async fn a_stream_without_its_first_event_waits_and_others_are_applied() {
    let database = database().await;
    let mut client = database.client().await;
    let applier = Applier::<Stock>::open(&client).await.unwrap();
    let [whole, cut] = ["A", "B"].map(|sku| item("shop", "zrh-1", sku, 4));
    let batch = [cut.since(2), whole.records()].concat();
    let transaction = client.transaction().await.unwrap();
    let report = applier.apply(&transaction, &batch).await.unwrap();
    assert_eq!((report.applied, report.failures.len()), (2, 1));
    let expected = format!("stock {}: version 2 does not follow 0", cut.id());
    assert_eq!((report.failures[0].error.to_string(), &report.failures[0].indices[..]), (expected, &[0][..]));
}
