//! Killed within a batch's transaction: nothing of it stays, and the next projector does all of it once.

use messaging::EncodedRecord;

use super::support::{SOMEBODY_WAITS, World, new_id, placed};

const NOBODY_IS_CONNECTED: &str = "SELECT count(*) = 0 FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'projection%'";
const NOTHING_IS_LEFT: &str = "SELECT (SELECT count(*) FROM order_summary_g1.order_summary) = 0
    AND (SELECT count(*) FROM parked) = 0 AND (SELECT bool_and(next_offset = 0) FROM projector_offset)";

/// Kills a projector that waits within its batch for a lock on a table.
async fn killed_at(world: &World, lock: &str, records: Vec<EncodedRecord>) {
    let mut other = world.database.client().await;
    let holding = other.transaction().await.unwrap();
    holding.batch_execute(lock).await.unwrap();
    // All of them in one batch.
    world.send(records).await;
    let running = world.start();
    world.wait_for(SOMEBODY_WAITS).await;
    running.kill().await;
    holding.rollback().await.unwrap();
    world.wait_for(NOBODY_IS_CONNECTED).await;
    world.wait_for(NOTHING_IS_LEFT).await;
}

#[tokio::test]
async fn killed_between_rows_and_offset_it_leaves_neither() {
    let world = World::new(1).await;
    let order = new_id();
    let records = placed(order).into_iter().map(|published| world.encode(published)).collect();
    // The sums are written last.
    killed_at(&world, "LOCK TABLE sku_sales_g1.sku_sales IN EXCLUSIVE MODE", records).await;
    let running = world.start();
    world.wait_for_version(order, 4).await;
    world.wait_for("SELECT sum(orders) = 1 AND sum(quantity) = 2 FROM sku_sales_g1.sku_sales").await;
    running.stop().await;
}

#[tokio::test]
async fn killed_between_parking_and_offset_it_leaves_neither_rows_nor_parked_records() {
    let world = World::new(1).await;
    let (ill, well) = (new_id(), new_id());
    let mut records: Vec<_> = placed(ill).into_iter().map(|published| world.encode(published)).collect();
    records[1].value = Some(b"no Avro at all".to_vec());
    records.extend(placed(well).into_iter().map(|published| world.encode(published)));
    killed_at(&world, "LOCK TABLE public.parked IN SHARE MODE", records).await;
    let running = world.start();
    world.wait_for_version(well, 4).await;
    running.stop().await;
    assert_eq!(world.version(ill).await, 1);
    world.wait_for("SELECT count(*) = 3 FROM parked").await;
}
