//! The memory of an audit does not grow with the number of orders. The test is alone in its process, whose memory is
//! measured.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

use domain::contract::Position;
use domain::contract::PublicEvents;
use domain::order::contract::Published;
use read_models::audit::{Sorted, audit};
use read_models::testing::EventHistory;
use read_models::{Applier, ModelSet, Orders, migrate};
use service_kit::BoxError;
use service_kit::testing::TestDatabase;
use uuid::Uuid;

/// Orders of a page, and of a batch of the projector.
const PAGE_ORDERS: u128 = 200;
const EVENTS_AN_ORDER: i64 = 4;
const FEW_ORDERS: u128 = 1_000;
const MANY_ORDERS: u128 = 12_000;
/// Their events alone take several times as much in memory, and the rows as much again.
const GROWTH_KB_MAX: u64 = 12_000;

/// The events of some orders, made when they are asked for.
struct Histories {
    next: u128,
    orders: u128,
}

impl Histories {
    fn batch(&mut self) -> Vec<(Uuid, Published)> {
        let end = self.orders.min(self.next + PAGE_ORDERS);
        let mut events = Vec::new();
        for number in self.next..end {
            let id = Uuid::from_u128(number + 1);
            let history = EventHistory::of(id, "shop", Some("c1")).drafted().line(0, "A", 2, 150).line(1, "B", 1, 99);
            for mut record in history.placed(&number.to_string()).records() {
                let position = i64::try_from(number).unwrap() * EVENTS_AN_ORDER + record.event.version();
                record.position = Position { shard: 0, position };
                events.push((id, record));
            }
        }
        self.next = end;
        events
    }
}

impl Sorted for Histories {
    type Item = Published;

    async fn page(&mut self) -> Result<Vec<(Uuid, Published)>, BoxError> {
        Ok(self.batch())
    }
}

/// Projects and audits; the most memory that this process has had by then.
async fn peak_kb(orders: u128) -> u64 {
    let database = TestDatabase::create().await;
    migrate(database.url(), &[Orders::MODELS], |_| ()).await.unwrap();
    let mut client = database.client().await;
    let applier = Applier::<Orders>::open(&client).await.unwrap();
    let mut histories = Histories { next: 0, orders };
    while histories.next < orders {
        let batch: Vec<_> = histories.batch().into_iter().map(|(_, record)| record).collect();
        let transaction = client.transaction().await.unwrap();
        assert_eq!(applier.apply(&transaction, &batch).await.unwrap().applied, batch.len());
        transaction.commit().await.unwrap();
    }
    let transaction = client.transaction().await.unwrap();
    let head = i64::try_from(orders).unwrap() * EVENTS_AN_ORDER;
    let mut found = Vec::new();
    let looked = audit::<Orders>(&transaction, Histories { next: 0, orders }, &[head], &mut |one| found.push(one))
        .await
        .unwrap();
    assert!(found.is_empty(), "{found:?}");
    assert_eq!((looked.streams, looked.events), (u64::try_from(orders).unwrap(), head.unsigned_abs()));
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test]
async fn twelve_times_as_many_orders_take_no_more_memory() {
    let few = peak_kb(FEW_ORDERS).await;
    let many = peak_kb(MANY_ORDERS).await;
    assert!(many - few < GROWTH_KB_MAX, "{few} kB for few orders, {many} kB for many");
}
