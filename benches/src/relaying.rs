//! A relay from a log to a real Kafka, measured by the checkpoints that become visible.

use std::sync::Arc;
use std::time::Duration;

use event_store::{Sequencer, Store};
use messaging::testing::{Follower, TestTopic, brokers, unique};
use relay::{Deps, Kinds, RelayOptions, RelayStatus, RelayedKind, run};
use service_kit::clock::{Ids, SystemClock, SystemIds};
use service_kit::testing::TestDatabase;
use tokio_util::sync::CancellationToken;

use crate::cost::Spent;

/// Partitions of the topic that is relayed to.
pub const PARTITIONS: i32 = 12;

/// What became visible, in what time and at what cost.
#[derive(Debug, Clone, Copy)]
pub struct Relayed {
    /// Events after the first page, with which counting begins.
    pub events: i64,
    pub time: Duration,
    /// For each event, the first page's as well.
    pub spent: Spent,
}

impl Relayed {
    /// Events a second.
    pub fn rate(self) -> f64 {
        self.events as f64 / self.time.as_secs_f64()
    }
}

/// Lets something publish, and follows the checkpoints from the first one behind `after` until a position is visible under
/// `read_committed`; then cancels what publishes.
pub async fn followed<P>(
    checkpoints: &TestTopic,
    after: i64,
    until: i64,
    publish: impl FnOnce(CancellationToken) -> P,
) -> Relayed
where
    P: Future<Output = ()> + Send + 'static,
{
    let follower = Follower::at_end_of(&checkpoints.name).await;
    let stop = CancellationToken::new();
    let before = Spent::now();
    let publishing = tokio::spawn(publish(stop.clone()));
    let (from, time) = follower.until(after, until).await;
    let spent = Spent::now().per(before, (until - after) as f64);
    stop.cancel();
    publishing.await.unwrap();
    Relayed { events: until - from, time, spent }
}

/// Runs a relay to a new topic until a position is visible under `read_committed`. `checkpoints` says where it goes on, and
/// counting begins with the first page behind `after`.
pub async fn relay_until(
    database: &TestDatabase,
    store: &Store,
    checkpoints: &TestTopic,
    after: i64,
    until: i64,
) -> Relayed {
    let topic = TestTopic::create(PARTITIONS).await;
    let deps = Deps {
        store: store.clone(),
        brokers: brokers(),
        kinds: Kinds::new(RelayedKind::of(topic.encoder().await, store.identity().incarnation), []),
        clock: Arc::new(SystemClock),
        holder: SystemIds.random(),
        status: RelayStatus::default(),
    };
    let options = RelayOptions::new(&checkpoints.name, &unique("relay"));
    let (_idle, head) = Sequencer::new(store.clone(), database.url().clone(), 0);
    let relay = |stop| async { run(deps, options, 0, head, stop).await.unwrap() };
    followed(checkpoints, after, until, relay).await
}
