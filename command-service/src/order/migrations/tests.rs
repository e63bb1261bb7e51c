//! Databases of earlier releases, in which the log and the order had one history.

use domain::{CustomerId, SubjectId, TenantId};
use event_store::{Store, StoreOptions, StreamId};
use refinery::{Migration, Runner, Target};
use service_kit::clock::{SystemClock, SystemIds};
use service_kit::keyring::{KeyRing, MasterKey};
use service_kit::postgres::{Migrations, migrate};
use service_kit::testing::TestDatabase;
use std::sync::Arc;

use super::migrations;
use crate::order::{Orders, Policies};

/// What the first migration of the common history had beside the log.
const SEQUENCE: &str = "\nCREATE SEQUENCE order_number START 1000001 CACHE 1;\n";
/// The checksums that released databases have of the common history.
const CHECKSUMS: [(i32, u64); 7] = [
    (1, 8_192_768_826_534_830_159),
    (2, 6_192_065_892_866_788_545),
    (3, 8_405_459_768_395_922_798),
    (4, 2_739_480_054_210_240_916),
    (5, 14_567_157_020_732_973_298),
    (6, 2_404_221_517_731_757_095),
    (8, 12_508_496_024_958_715_730),
];

macro_rules! log {
    ($file:literal) => {
        include_str!(concat!("../../../../event-store/migrations/log/", $file))
    };
}

macro_rules! order {
    ($file:literal) => {
        include_str!(concat!("../../../migrations/order/", $file))
    };
}

/// The history as it was before log and order were parted.
fn common() -> Vec<Migration> {
    let first = format!("{}{SEQUENCE}", log!("V1__event_log.sql"));
    let texts = [
        ("V1__event_log", &*first),
        ("V2__state_snapshots", log!("V2__state_snapshots.sql")),
        ("V3__positions_past_dead_rows", log!("V3__positions_past_dead_rows.sql")),
        ("V4__rows_of_an_append", log!("V4__rows_of_an_append.sql")),
        ("V5__declared_events", log!("V5__declared_events.sql")),
        ("V6__order_numbers", order!("V1__order_numbers.sql")),
        ("V8__orders_of_a_customer", order!("V2__orders_of_a_customer.sql")),
    ];
    texts.map(|(name, text)| Migration::unapplied(name, text).unwrap()).into()
}

async fn database_of(version: i32) -> TestDatabase {
    let runner = Runner::new(&common()).set_target(Target::Version(version));
    TestDatabase::migrated(Migrations::new(runner)).await
}

async fn bring_up_to_date(database: &TestDatabase) -> [usize; 2] {
    let log = migrate(database.url(), event_store::migrations(), |_| ()).await.unwrap();
    let order = migrate(database.url(), migrations(), |_| ()).await.unwrap();
    [log, order]
}

async fn orders(database: &TestDatabase) -> Orders {
    let clock = Arc::new(SystemClock);
    let ids = Arc::new(SystemIds);
    let master = MasterKey::from_base64("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap();
    let keys = KeyRing::new(database.pool(), &master, clock.clone(), ids.clone());
    let store = Store::open(database.url(), StoreOptions::default()).await.unwrap();
    Orders::new(store, keys, clock, ids, &[0; 32], Policies::default())
}

fn tenant(name: &str) -> TenantId {
    TenantId::try_new(name).unwrap()
}

#[test]
fn the_common_history_is_the_released_one() {
    let checksums: Vec<_> = common().iter().map(|migration| (migration.version(), migration.checksum())).collect();
    assert_eq!(checksums, CHECKSUMS);
}

/// Migrations of the log that came after its history was parted from the order's.
const LATER: usize = 2;

#[tokio::test]
async fn a_database_of_the_release_before_keeps_its_data_and_is_not_migrated_again() {
    let database = database_of(8).await;
    let client = database.client().await;
    client.batch_execute(include_str!("tests/data.sql")).await.unwrap();

    assert_eq!(bring_up_to_date(&database).await, [LATER, 1], "of what was there only the sequence goes");
    assert_eq!(bring_up_to_date(&database).await, [0, 0]);

    let orders = orders(&database).await;
    assert_eq!(orders.store().read_stream(&StreamId::new("order", "a"), 0).await.unwrap().len(), 1);
    let customer = CustomerId::try_new("c-1").unwrap();
    let subject = SubjectId::try_new("customer:c-1").unwrap();
    let found = orders.orders_without_erasure(&tenant("shop"), &customer, &subject, "", 10).await.unwrap();
    assert_eq!(found, ["a"]);
    assert_eq!(orders.numbers.next(&tenant("shop")).await.unwrap(), 1_000_071);
    assert_eq!(orders.numbers.next(&tenant("other")).await.unwrap(), 1_000_001);
    // The release before finds its own history as it left it.
    let before = Migrations::new(Runner::new(&common()));
    assert_eq!(migrate(database.url(), before, |_| ()).await.unwrap(), 0);
}

#[tokio::test]
async fn a_database_without_counters_goes_on_behind_each_tenants_highest_number() {
    let database = database_of(4).await;
    let client = database.client().await;
    let claims = "INSERT INTO claims (scope, value, aggregate_id) VALUES \
        ('order-number/shop', 'SO-1000007', 'a'), ('order-number/shop', 'SO-999', 'b'), \
        ('order-number/shop', 'SO-9223372036854775807', 'c'), ('order-number/shop', '536365', 'd'), \
        ('order-number/other', 'C1', 'e')";
    client.batch_execute(claims).await.unwrap();
    assert_eq!(bring_up_to_date(&database).await, [LATER + 1, 3]);
    let orders = orders(&database).await;
    assert_eq!(orders.numbers.next(&tenant("shop")).await.unwrap(), 1_000_008);
    assert_eq!(orders.numbers.next(&tenant("other")).await.unwrap(), 1_000_001);
}

#[tokio::test]
async fn a_new_database_and_one_of_the_release_before_end_with_the_same_tables() {
    let before = database_of(8).await;
    bring_up_to_date(&before).await;
    let new = TestDatabase::create().await;
    assert_eq!(bring_up_to_date(&new).await, [LATER + 5, 3]);
    let mut tables = Vec::new();
    for database in [&before, &new] {
        let client = database.client().await;
        let rows = client.query(include_str!("tests/objects.sql"), &[]).await.unwrap();
        tables.push(rows.iter().map(|row| row.get(0)).collect::<Vec<String>>());
    }
    assert!(tables[0].len() > 40, "{tables:?}");
    assert_eq!(tables[0], tables[1]);
}
