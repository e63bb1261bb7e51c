//! Sealing against a real key store.

use std::sync::Arc;

use domain::{Sealed, SubjectId, TenantId};
use futures::future::join_all;
use service_kit::clock::{SystemClock, SystemIds};
use service_kit::keyring::{KeyRing, KeyStoreError, MasterKey, OpenError, SealError, identity_migrations};
use service_kit::testing::TestDatabase;

const MASTER: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const OTHER_MASTER: &str = "HwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

async fn store() -> TestDatabase {
    TestDatabase::migrated(identity_migrations()).await
}

/// A ring as another process would have it: nothing remembered.
fn ring_with(database: &TestDatabase, master: &str) -> KeyRing {
    let master = MasterKey::from_base64(master).unwrap();
    KeyRing::new(database.pool(), &master, Arc::new(SystemClock), Arc::new(SystemIds))
}

fn ring(database: &TestDatabase) -> KeyRing {
    ring_with(database, MASTER)
}

fn shop() -> TenantId {
    TenantId::try_new("shop").unwrap()
}

fn customer(number: usize) -> SubjectId {
    SubjectId::try_new(format!("customer:{number}")).unwrap()
}

#[tokio::test]
async fn another_process_opens_what_one_sealed() {
    let database = store().await;
    let sealed = ring(&database).seal(&shop(), &customer(1), b"Ada").await.unwrap();
    assert_eq!(ring(&database).open(&shop(), &sealed).await.unwrap(), b"Ada");
}

#[tokio::test]
async fn nobody_elses_value_opens() {
    let database = store().await;
    let ring = ring(&database);
    let sealed = ring.seal(&shop(), &customer(1), b"Ada").await.unwrap();
    ring.seal(&shop(), &customer(2), b"Bob").await.unwrap();
    let relabelled = Sealed::new(customer(2), sealed.data().to_owned());
    assert!(matches!(ring.open(&shop(), &relabelled).await, Err(OpenError::Damaged { .. })));
    let other = TenantId::try_new("other").unwrap();
    assert!(matches!(ring.open(&other, &sealed).await, Err(OpenError::Unknown { .. })));
    let garbled = Sealed::new(customer(1), "not base64".to_owned());
    assert!(matches!(ring.open(&shop(), &garbled).await, Err(OpenError::Damaged { .. })));
}

#[tokio::test]
async fn opening_makes_no_key() {
    let database = store().await;
    let stray = Sealed::new(customer(1), String::new());
    assert!(matches!(ring(&database).open(&shop(), &stray).await, Err(OpenError::Unknown { .. })));
    let rows = database.client().await.query("SELECT 1 FROM subject_keys", &[]).await.unwrap();
    assert!(rows.is_empty());
}

#[tokio::test]
async fn a_destroyed_key_is_gone_for_good() {
    let database = store().await;
    let ring_here = ring(&database);
    let sealed = ring_here.seal(&shop(), &customer(1), b"Ada").await.unwrap();
    ring_here.destroy(&shop(), &customer(1)).await.unwrap();
    ring_here.destroy(&shop(), &customer(1)).await.unwrap();
    for ring in [ring_here, ring(&database)] {
        assert!(matches!(ring.open(&shop(), &sealed).await, Err(OpenError::Destroyed { .. })));
        assert!(matches!(ring.seal(&shop(), &customer(1), b"Ada").await, Err(SealError::Destroyed { .. })));
    }
    let row = database.client().await.query_one("SELECT wrapped_key IS NULL FROM subject_keys", &[]).await.unwrap();
    assert!(row.get::<_, bool>(0));
}

#[tokio::test]
async fn a_subject_erased_before_its_first_use_gets_no_key() {
    let database = store().await;
    ring(&database).destroy(&shop(), &customer(9)).await.unwrap();
    let refused = ring(&database).seal(&shop(), &customer(9), b"Eve").await;
    assert!(matches!(refused, Err(SealError::Destroyed { .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn first_uses_at_once_agree_on_one_key() {
    let database = store().await;
    let rings: Vec<KeyRing> = (0..8).map(|_| ring(&database)).collect();
    let tenant = shop();
    let ada = customer(1);
    let sealed = join_all(rings.iter().map(|ring| ring.seal(&tenant, &ada, b"Ada"))).await;
    let reader = ring(&database);
    for value in sealed {
        assert_eq!(reader.open(&shop(), &value.unwrap()).await.unwrap(), b"Ada");
    }
}

#[tokio::test]
async fn batches_keep_their_order_and_refuse_one_by_one() {
    let database = store().await;
    let ring = ring(&database);
    ring.destroy(&shop(), &customer(3)).await.unwrap();
    // Over one batch of keys, in descending order, with repeats.
    let texts: Vec<(SubjectId, Vec<u8>)> =
        (0..1_200).rev().map(|number| (customer(number % 1_100), number.to_string().into_bytes())).collect();
    let answers = ring.seal_many(&shop(), &texts).await.unwrap();
    let refused = texts.iter().zip(&answers).filter(|(_, answer)| answer.is_err());
    assert!(refused.map(|((subject, _), _)| subject).eq([&customer(3), &customer(3)]));
    let sealed: Vec<Sealed> = answers.into_iter().flatten().collect();
    let opened = self::ring(&database).open_many(&shop(), &sealed).await.unwrap();
    let expected = texts.iter().filter(|(subject, _)| *subject != customer(3)).map(|(_, text)| text.clone());
    assert!(opened.into_iter().map(Result::unwrap).eq(expected));
}

#[tokio::test]
async fn another_master_key_opens_nothing_and_says_so() {
    let database = store().await;
    let sealed = ring(&database).seal(&shop(), &customer(1), b"Ada").await.unwrap();
    let refused = ring_with(&database, OTHER_MASTER).open(&shop(), &sealed).await;
    assert!(matches!(refused, Err(OpenError::Store(KeyStoreError::Unwrap { .. }))));
}

#[tokio::test]
async fn a_text_too_large_is_refused() {
    let database = store().await;
    let text = vec![0; service_kit::keyring::PLAINTEXT_BYTES_MAX + 1];
    assert!(matches!(ring(&database).seal(&shop(), &customer(1), &text).await, Err(SealError::TooLarge { .. })));
}
