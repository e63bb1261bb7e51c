//! A counter of each tenant's, against Postgres.

use domain::TenantId;
use event_store::{Store, StoreOptions};
use service_kit::testing::TestDatabase;

use super::OrderNumbers;
use crate::order::migrations;

fn shop() -> TenantId {
    TenantId::try_new("shop").unwrap()
}

fn other() -> TenantId {
    TenantId::try_new("other").unwrap()
}

async fn database() -> TestDatabase {
    TestDatabase::migrated(event_store::migrations()).await.and(migrations()).await
}

async fn open(database: &TestDatabase) -> OrderNumbers {
    OrderNumbers::new(Store::open(database.url(), StoreOptions::default()).await.unwrap())
}

#[tokio::test]
async fn each_tenant_counts_for_itself() {
    let database = database().await;
    let numbers = open(&database).await;
    let first = numbers.next(&shop()).await.unwrap();
    numbers.pass(&other(), first + 1_000_000).await.unwrap();
    assert_eq!(numbers.next(&shop()).await.unwrap(), first + 1);
    assert_eq!(numbers.next(&other()).await.unwrap(), first + 1_000_001);
}

#[tokio::test]
async fn what_was_passed_is_met_by_no_block_that_is_taken_after_it() {
    let database = database().await;
    let one = open(&database).await;
    let two = open(&database).await;
    let first = one.next(&shop()).await.unwrap();
    // Another process passes what this one has in its block, and far beyond.
    for passed in [first + 5, first + 200, first + 100] {
        two.pass(&shop(), passed).await.unwrap();
    }
    assert_eq!(one.next(&shop()).await.unwrap(), first + 1, "its block is its own");
    one.forget(&shop()).await;
    let next = one.next(&shop()).await.unwrap();
    assert_eq!(next, first + 201);
    assert!(two.next(&shop()).await.unwrap() > next);
    // Nothing goes back.
    two.pass(&shop(), 7).await.unwrap();
    assert!(open(&database).await.next(&shop()).await.unwrap() > next);
}
