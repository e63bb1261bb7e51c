//! Appends that are stored and whose answer is lost: over several streams, with an answer to keep and a claim.

use event_store::{Append, AppendError, Claim, NewEvent, Store, StoreOptions, StreamAppend, StreamId};
use service_kit::poll::wait_until;
use service_kit::testing::TestDatabase;

use crate::support::{LOOK, PATIENCE, answering, claiming, database, event, new_id, open, tenant, versions};
use crate::wire::Wire;

fn ids() -> [String; 3] {
    std::array::from_fn(|_| new_id())
}

fn unit_of(streams: &[String; 3], key: &str, claim: &str) -> Append {
    let stream = |id: &String, events: usize| {
        let events: Vec<NewEvent> = (0..events).map(|_| event("{}")).collect();
        StreamAppend::new(StreamId::new("note", id), 0, events)
    };
    let [a, b, c] = streams;
    let append = Append::new(tenant(), "{}".to_owned(), stream(a, 1));
    let append = Append { others: vec![stream(b, 2), stream(c, 1)], ..append };
    claiming(answering(append, key, None), claim)
}

/// A unit of three streams, and a store that sends it over a wire.
struct Unit {
    database: TestDatabase,
    wire: Wire,
    store: Store,
    streams: [String; 3],
}

impl Unit {
    async fn prepare() -> Self {
        let database = database().await;
        let wire = Wire::to(database.url()).await;
        let options = StoreOptions { writers: 1, reconcile_ms_max: 2_000, ..StoreOptions::default() };
        let store = Store::open(&wire.url, options).await.unwrap();
        let unit = Self { database, wire, store, streams: ids() };
        // Afterwards the connection is there, and so are the statements of such a unit.
        unit.store.append(unit_of(&ids(), "before", "6")).await.unwrap();
        unit
    }

    fn append(&self) -> Append {
        unit_of(&self.streams, "key", "7")
    }

    /// Appends, and does something once Postgres has the unit and nobody has heard of it.
    async fn append_unheard(&self, then: impl FnOnce(&Wire)) -> Result<(), AppendError> {
        let elsewhere = open(&self.database).await;
        self.wire.keep_answers();
        let lose = async {
            wait_until(PATIENCE, LOOK, async || !versions(&elsewhere, &self.streams[2]).await.is_empty())
                .await
                .unwrap();
            then(&self.wire);
        };
        tokio::join!(self.store.append(self.append()), lose).0
    }

    /// The unit is there once, with its answer and its claim.
    async fn is_there_once(&self) {
        let store = open(&self.database).await;
        let [a, b, c] = &self.streams;
        let stored = [versions(&store, a).await, versions(&store, b).await, versions(&store, c).await];
        assert_eq!(stored, [vec![1], vec![1, 2], vec![1]]);
        assert!(store.stored_answer("test", "key").await.unwrap().is_some());
        let claim = Claim { scope: "number".to_owned(), value: "7".to_owned() };
        assert_eq!(store.claim_holder(&claim).await.unwrap().as_deref(), Some(&**a));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_whose_answer_is_lost_is_found_to_be_stored() {
    let unit = Unit::prepare().await;
    unit.append_unheard(Wire::hang_up).await.unwrap();
    unit.is_there_once().await;
    // The same again is no second time.
    let again = unit.store.append(unit.append()).await;
    assert!(matches!(again, Err(AppendError::AnswerExists | AppendError::Conflict { .. })), "{again:?}");
    unit.is_there_once().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_whose_answer_is_lost_with_the_database_is_unknown() {
    let unit = Unit::prepare().await;
    let outcome = unit.append_unheard(Wire::cut).await;
    assert!(matches!(outcome, Err(AppendError::Unknown { .. })), "{outcome:?}");
    unit.is_there_once().await;
}
