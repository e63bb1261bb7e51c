//! What the tests wait for, and what must hold when all faults are over.

use std::collections::HashSet;
use std::net::TcpListener;
use std::time::Duration;

use event_store::{Store, StreamId};
use service_kit::poll::wait_until;
pub use service_kit::testing::PATIENCE;

use crate::stack::Stack;

pub const LOOK: Duration = Duration::from_millis(100);
/// Events of a shard that show that commands are stored and sequenced.
const GROWTH: i64 = 50;

pub fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// Waits until every shard of the log has grown by some events, which shows that commands are stored and sequenced again.
pub async fn grows(store: &Store) {
    for shard in 0..store.identity().shards {
        let mut before = None;
        wait_until(PATIENCE, LOOK, async || {
            let now = store.head(shard).await.unwrap_or(0);
            now > *before.get_or_insert(now) + GROWTH
        })
        .await
        .unwrap();
    }
}

/// Every acknowledged order is there once, nothing else is, and all of it is in Kafka once and in order.
pub async fn nothing_lost_or_doubled(stack: &Stack, store: &Store, acknowledged: &[String]) {
    let different: HashSet<_> = acknowledged.iter().collect();
    assert_eq!(different.len(), acknowledged.len(), "two keys never answer one order");
    for order in acknowledged {
        let rows = store.read_stream(&StreamId::new("order", order), 0).await.unwrap();
        assert!(rows.first().is_some_and(|row| row.version == 1), "order {order} was acknowledged");
    }
    let drafts = "SELECT count(*) FROM events WHERE event_type = 'OrderDrafted'";
    let stored: i64 = stack.client().await.query_one(drafts, &[]).await.unwrap().get(0);
    assert_eq!(usize::try_from(stored).unwrap(), acknowledged.len(), "a repeated key has one effect");
    // Versions, positions, and every event in Kafka once and in order.
    stack.run("orderctl", &["audit"]).await;
}
