//! Leases: one holder at a time.

use event_store::Lease;
use service_kit::clock::{Ids, SystemIds};
use service_kit::poll::wait_for;
use uuid::Uuid;

use crate::support::{LOOK, PATIENCE, database, open};

const LONG_S: f64 = 60.0;
const SHORT_S: f64 = 0.05;

#[tokio::test]
async fn an_epoch_grows_with_every_taking_and_never_goes_back() {
    let database = database().await;
    let store = open(&database).await;
    let one = SystemIds.random();
    let other = SystemIds.random();
    let take = async |holder: Uuid, ttl_s: f64| store.lease("press", holder, ttl_s).await.unwrap();
    let epoch = |lease: Option<Lease>| lease.expect("the lease is free").epoch;

    let first = take(one, LONG_S).await.unwrap();
    assert_eq!(epoch(take(one, LONG_S).await), first.epoch, "a renewal is no change of hands");
    assert_eq!(take(other, LONG_S).await, None);
    store.release(&first).await.unwrap();
    let second = take(other, LONG_S).await.unwrap();
    assert!(second.epoch > first.epoch, "{second:?} after {first:?}");
    // A holder of an earlier epoch gives nothing back that is another's by now.
    store.release(&first).await.unwrap();
    store.release(&Lease { holder: other, ..first.clone() }).await.unwrap();
    assert_eq!(take(one, LONG_S).await, None);
    store.release(&second).await.unwrap();
    let third = epoch(take(other, SHORT_S).await);
    assert!(third > second.epoch, "given back and taken again is a taking");
    // Once it has run out, whoever comes takes it anew.
    let fourth = wait_for(PATIENCE, LOOK, async || take(one, LONG_S).await).await.unwrap();
    assert!(fourth.epoch > third);
}

#[tokio::test]
async fn whoever_looks_sees_the_holder_and_the_time_that_is_left_and_takes_nothing() {
    let database = database().await;
    let store = open(&database).await;
    assert_eq!(store.lease_holding("press").await.unwrap(), None);
    let holder = SystemIds.random();
    let lease = store.lease("press", holder, LONG_S).await.unwrap().unwrap();
    let held = store.lease_holding("press").await.unwrap().unwrap();
    assert!(held.is_held() && held.left_s <= LONG_S, "{held:?}");
    assert_eq!(held.lease, lease);
    store.release(&lease).await.unwrap();
    let released = store.lease_holding("press").await.unwrap().unwrap();
    assert!(!released.is_held(), "{released:?}");
    assert_eq!(released.lease, lease, "the row stays, and its epoch with it");
}
