//! Every event once, in order, whatever happens to the relays.

use futures::future::join_all;
use messaging::headers::TRACEPARENT;
use messaging::producer::TransactionalProducer;
use metrics_exporter_prometheus::PrometheusBuilder;
use service_kit::poll::wait_until;

use crate::support::{Journey, LOOK, PATIENCE, header, new_order};

#[tokio::test(flavor = "multi_thread")]
async fn publishes_every_event_once_in_stream_order_with_its_trace() {
    let journey = Journey::begin().await;
    let running = journey.start().await;
    let orders: Vec<_> = (0..20).map(|_| new_order()).collect();
    join_all(orders.iter().map(|order| async {
        for step in 0..5 {
            journey.append(order, step * 3, 3, "{}").await;
        }
    }))
    .await;
    journey.published().await;
    let records = journey.check_topic().await;
    assert_eq!(records.len(), 300);
    assert!(records.iter().all(|record| header(record, TRACEPARENT).contains("4bf92f3577b34da6a3ce929d0e0e4736")));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_relay_is_succeeded_without_loss_or_double() {
    let journey = Journey::begin().await;
    let order = new_order();
    let mut running = journey.start().await;
    for round in 0..5 {
        for step in 0..10 {
            journey.append(&order, round * 100 + step * 10, 10, "{}").await;
        }
        // Somewhere in the middle of its work: some of this round is published, some is not.
        wait_until(PATIENCE, LOOK, async || journey.store.head(0).await.unwrap() > round * 100).await.unwrap();
        running.kill();
        running = journey.start().await;
    }
    journey.published().await;
    assert_eq!(journey.check_topic().await.len(), 500);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_relays_one_publishes_and_the_other_takes_over() {
    let journey = Journey::begin().await;
    let order = new_order();
    let first = journey.start().await;
    let second = journey.start().await;
    journey.append(&order, 0, 50, "{}").await;
    journey.published().await;
    // Whichever of the two publishes is stopped in the end.
    first.stop().await;
    journey.append(&order, 50, 50, "{}").await;
    journey.published().await;
    assert_eq!(journey.check_topic().await.len(), 100);
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_whose_lease_was_taken_publishes_nothing_more() {
    let journey = Journey::begin().await;
    let order = new_order();
    let running = journey.start().await;
    journey.append(&order, 0, 10, "{}").await;
    journey.published().await;
    // A successor that thinks the first is gone: it takes the lease by force and fences it.
    journey.database.client().await.batch_execute("DELETE FROM leases").await.unwrap();
    let successor = journey.start().await;
    for step in 1..10 {
        journey.append(&order, step * 10, 10, "{}").await;
    }
    journey.published().await;
    assert_eq!(journey.check_topic().await.len(), 100);
    running.stop().await;
    successor.stop().await;
}

/// On one thread, whose recorder of metrics is the test's own.
#[tokio::test]
async fn a_relay_whose_producer_was_fenced_counts_it_and_publishes_the_rest_once_by_a_new_one() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let metrics = recorder.handle();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let journey = Journey::begin().await;
    let order = new_order();
    let running = journey.start().await;
    journey.append(&order, 0, 10, "{}").await;
    journey.published().await;
    let rival = format!("{}-0", journey.options.transactional_id_prefix);
    drop(TransactionalProducer::connect(&journey.brokers, &rival).await.unwrap());
    journey.append(&order, 10, 10, "{}").await;
    journey.published().await;
    assert_eq!(journey.check_topic().await.len(), 20);
    let metrics = metrics.render();
    let relay = &journey.options.transactional_id_prefix;
    assert!(metrics.contains(&format!("relay_fenced_total{{relay=\"{relay}\",shard=\"0\"}} 1")), "{metrics}");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_and_huge_rows_go_out_as_what_they_are() {
    let journey = Journey::begin().await;
    let running = journey.start().await;
    let huge = format!("{{\"text\":\"{}\"}}", "x".repeat(3_000_000));
    journey.append(&new_order(), 0, 1, &huge).await;
    journey.append("no uuid at all", 0, 2, "[1, 2]").await;
    journey.append(&new_order(), 0, 1, "{}").await;
    journey.published().await;
    let records = journey.check_topic().await;
    assert_eq!(records.len(), 4);
    let largest = records.iter().map(messaging::IncomingRecord::size).max().unwrap();
    assert!(largest < 10_000, "the huge body stays in the store");
    running.stop().await;
}
