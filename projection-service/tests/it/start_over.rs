//! The group's resume position is no longer in the topic: the projector reports it and stops, and goes on once the rows
//! have been rebuilt from the log.

use std::sync::Arc;

use domain::contract::Position;
use domain::order::contract::{PublicEvent, Published};
use messaging::inspect::first_offsets;
use messaging::testing::brokers;
use read_models::Orders;
use read_models::rebuild::{Log, RebuildOptions, Start, start_over};
use service_kit::BoxError;
use service_kit::clock::{Ids, SystemIds};
use uuid::Uuid;

use super::support::{World, new_id, placed};

/// A log in memory.
#[derive(Clone)]
struct Events(Arc<Vec<Published>>);

impl Events {
    fn of(orders: &[Uuid]) -> Self {
        let numbered = (1..).zip(orders.iter().flat_map(|order| placed(*order)));
        let at = |(position, record)| Published { position: Position { shard: 0, position }, ..record };
        Self(Arc::new(numbered.map(at).collect()))
    }
}

impl Log<PublicEvent> for Events {
    async fn heads(&self) -> Result<Vec<i64>, BoxError> {
        Ok(vec![i64::try_from(self.0.len())?])
    }

    async fn page(&self, _: i16, after: i64, events_max: i64) -> Result<Vec<Published>, BoxError> {
        let (after, most) = (usize::try_from(after)?, usize::try_from(events_max)?);
        Ok(self.0.iter().skip(after).take(most).cloned().collect())
    }
}

/// Rebuilds from a log of these orders and lets the group start over where the topic begins.
async fn from_the_log(world: &World, orders: &[Uuid]) {
    let offsets = first_offsets(&brokers(), &world.topic.name).await.unwrap().into_iter().collect();
    let start = Start { group: world.settings.group.clone(), topic: world.topic.name.clone(), offsets };
    let (log, options) =
        (Events::of(orders), RebuildOptions { streams_in_memory_max: 2, ..RebuildOptions::of("orders") });
    let how = (&options, SystemIds.ordered());
    assert!(start_over::<Orders, _>(world.database.url(), &log, &start, how, &mut |_| ()).await.unwrap().switched);
}

/// Waits until the rebuilt models have this many whole orders, each counted once.
async fn wait_for_rebuilt(world: &World, orders: usize) {
    let whole = "FROM order_summary_g2.order_summary WHERE version = 4";
    let once = "(SELECT sum(orders) FROM customer_summary_g2.customer_summary)";
    world.wait_for(&format!("SELECT count(*) = {orders} AND {once} = {orders} {whole}")).await;
}

#[tokio::test]
async fn a_recreated_topic_is_reported_and_nothing_is_skipped() {
    let world = World::new(1).await;
    let [seen, lost, new, later] = [(); 4].map(|()| new_id());
    let running = world.start();
    world.publish(placed(seen)).await;
    world.wait_for_version(seen, 4).await;
    running.stop().await;
    world.publish(placed(lost)).await;
    world.topic.make_anew().await;
    // As many records as were applied, so that offsets alone show nothing.
    world.publish(placed(new)).await;
    let running = world.start();
    running.refused(2).await;
    assert_eq!(world.version(new).await, 0, "it went on over a topic that it does not know");

    from_the_log(&world, &[seen, lost, new]).await;
    world.publish(placed(later)).await;
    wait_for_rebuilt(&world, 4).await;
    running.stop().await;
}

#[tokio::test]
async fn records_that_retention_removed_come_from_the_log() {
    let world = World::new(1).await;
    let [ill, lost, kept, later] = [(); 4].map(|()| new_id());
    let mut poison = world.encode(placed(ill).remove(0));
    poison.value = Some(b"no Avro at all".to_vec());
    let running = world.start();
    world.send(vec![poison]).await;
    world.wait_for("SELECT count(*) = 1 FROM parked").await;
    running.stop().await;
    world.publish(placed(lost)).await;
    world.publish(placed(kept)).await;
    world.topic.trim(0, 3).await;
    let running = world.start();
    running.refused(2).await;
    assert_eq!((world.version(lost).await, world.version(kept).await), (0, 0));

    from_the_log(&world, &[ill, lost, kept]).await;
    world.publish(placed(later)).await;
    wait_for_rebuilt(&world, 4).await;
    world.wait_for("SELECT (SELECT count(*) FROM parked) = 0 AND count(*) = 1 FROM parked_dropped").await;
    running.stop().await;
}

#[tokio::test]
async fn a_running_projector_goes_back_although_no_record_comes() {
    let world = World::new(1).await;
    let seen = new_id();
    let running = world.start();
    world.publish(placed(seen)).await;
    // Behind the marker of the transaction too, so that there is nothing left to commit.
    world.wait_for("SELECT count(*) = 1 FROM projector_offset WHERE next_offset = 5").await;
    from_the_log(&world, &[seen]).await;
    world.wait_for("SELECT count(*) = 1 FROM projector_offset WHERE last_offset = 3").await;
    wait_for_rebuilt(&world, 1).await;
    running.stop().await;
}
