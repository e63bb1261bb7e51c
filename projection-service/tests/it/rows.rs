use super::support::{World, new_id, placed};

#[tokio::test]
async fn what_is_published_ends_in_rows_and_offsets() {
    let world = World::new(3).await;
    let orders: Vec<_> = (0..20).map(|_| new_id()).collect();
    let running = world.start();
    world.publish(orders.iter().flat_map(|order| placed(*order)).collect()).await;
    for order in &orders {
        world.wait_for_version(*order, 4).await;
    }
    running.ready().await;
    let applied: i64 =
        world.client.query_one("SELECT count(*) FROM order_timeline_g1.order_timeline", &[]).await.unwrap().get(0);
    assert_eq!(applied, 80);
    // The positions after the transactions' markers are committed too.
    let ends = "SELECT sum(next_offset) > 80 AND bool_and(last_event_id IS NOT NULL) FROM projector_offset WHERE next_offset > 0";
    world.wait_for(ends).await;
    running.stop().await;
}

#[tokio::test]
async fn delivered_three_times_gives_the_same_rows() {
    let world = World::new(2).await;
    let orders: Vec<_> = (0..10).map(|_| new_id()).collect();
    world.publish(orders.iter().flat_map(|order| placed(*order)).collect()).await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        let running = world.start();
        world.wait_for("SELECT coalesce(sum(next_offset), 0) >= 40 FROM projector_offset").await;
        running.stop().await;
        seen.push(world.rows().await);
        let again = "UPDATE projector_offset SET next_offset = 0, last_offset = NULL, last_event_id = NULL";
        world.client.execute(again, &[]).await.unwrap();
    }
    assert!(seen[0].len() > 40, "{:?}", seen[0]);
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);
}

#[tokio::test]
async fn keys_in_another_order_give_the_same_rows() {
    let histories: Vec<_> = (0..10).map(|_| placed(new_id())).collect();
    let one_by_one = histories.concat();
    let mixed = (0..4).flat_map(|at| histories.iter().rev().map(move |history| history[at].clone())).collect();
    let mut seen = Vec::new();
    for records in [one_by_one, mixed] {
        let mut world = World::new(2).await;
        // So small that one order takes several batches.
        world.settings.batch.records_max = 7;
        world.publish(records).await;
        let running = world.start();
        world.wait_for("SELECT coalesce(sum(next_offset), 0) >= 40 FROM projector_offset").await;
        running.stop().await;
        seen.push(world.rows().await);
    }
    assert!(seen[0].len() > 40, "{:?}", seen[0]);
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test]
async fn two_projectors_share_the_partitions_and_one_takes_over() {
    let world = World::new(4).await;
    let (first, second) = (world.start(), world.start());
    let orders: Vec<_> = (0..40).map(|_| new_id()).collect();
    world.publish(orders.iter().flat_map(|order| placed(*order)).collect()).await;
    for order in &orders {
        world.wait_for_version(*order, 4).await;
    }
    first.stop().await;
    let later: Vec<_> = (0..20).map(|_| new_id()).collect();
    world.publish(later.iter().flat_map(|order| placed(*order)).collect()).await;
    for order in &later {
        world.wait_for_version(*order, 4).await;
    }
    second.stop().await;
    world.wait_for("SELECT count(*) = 240 FROM order_timeline_g1.order_timeline").await;
}
