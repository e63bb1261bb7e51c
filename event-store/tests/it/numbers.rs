//! Order numbers: a counter of each tenant's.

use domain::TenantId;
use refinery::Target;
use service_kit::testing::TestDatabase;

use crate::support::{append_to, claiming, database, new_id, open, tenant};
use event_store::{AppendError, migrations};

fn other() -> TenantId {
    TenantId::try_new("other").unwrap()
}

#[tokio::test]
async fn each_tenant_counts_for_itself() {
    let database = database().await;
    let store = open(&database).await;
    let first = store.next_order_number(&tenant()).await.unwrap();
    store.pass_order_number(&other(), first + 1_000_000).await.unwrap();
    assert_eq!(store.next_order_number(&tenant()).await.unwrap(), first + 1);
    assert_eq!(store.next_order_number(&other()).await.unwrap(), first + 1_000_001);
}

#[tokio::test]
async fn what_was_passed_is_met_by_no_block_that_is_taken_after_it() {
    let database = database().await;
    let one = open(&database).await;
    let two = open(&database).await;
    let first = one.next_order_number(&tenant()).await.unwrap();
    // Another process passes what this one has in its block, and far beyond.
    for passed in [first + 5, first + 200, first + 100] {
        two.pass_order_number(&tenant(), passed).await.unwrap();
    }
    assert_eq!(one.next_order_number(&tenant()).await.unwrap(), first + 1, "its block is its own");
    one.forget_order_numbers(&tenant()).await;
    let next = one.next_order_number(&tenant()).await.unwrap();
    assert_eq!(next, first + 201);
    assert!(two.next_order_number(&tenant()).await.unwrap() > next);
    // Nothing goes back.
    two.pass_order_number(&tenant(), 7).await.unwrap();
    assert!(open(&database).await.next_order_number(&tenant()).await.unwrap() > next);
}

#[tokio::test]
async fn a_log_of_the_release_before_goes_on_behind_each_tenants_highest_number() {
    let database = TestDatabase::migrated(migrations().set_target(Target::Version(4))).await;
    let client = database.client().await;
    let claims = "INSERT INTO claims (scope, value, aggregate_id) VALUES \
        ('order-number/shop', 'SO-1000007', 'a'), ('order-number/shop', 'SO-999', 'b'), \
        ('order-number/shop', 'SO-9223372036854775807', 'c'), ('order-number/shop', '536365', 'd'), \
        ('order-number/other', 'C1', 'e')";
    client.batch_execute(claims).await.unwrap();
    let _applied = service_kit::postgres::migrate(database.url(), migrations(), |_| ()).await.unwrap();
    let store = open(&database).await;
    assert_eq!(store.next_order_number(&tenant()).await.unwrap(), 1_000_008);
    assert_eq!(store.next_order_number(&other()).await.unwrap(), 1_000_001);
}

#[tokio::test]
async fn a_stream_may_claim_again_what_it_holds_and_no_other_stream_may() {
    let database = database().await;
    let store = open(&database).await;
    let holder = new_id();
    let rival = new_id();
    store.append(claiming(append_to(&holder, 0, 1), "7")).await.unwrap();
    store.append(claiming(append_to(&holder, 1, 1), "8")).await.unwrap();
    store.append(claiming(append_to(&holder, 2, 1), "7")).await.unwrap();
    let refused = store.append(claiming(append_to(&rival, 0, 1), "7")).await;
    assert!(matches!(refused, Err(AppendError::ClaimTaken { .. })), "{refused:?}");
}
