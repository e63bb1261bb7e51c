//! Partitions whose leader is away for a while.

use messaging::inspect;
use messaging::testing::unique;

use crate::cluster::Cluster;

#[tokio::test(flavor = "multi_thread")]
async fn a_partition_that_has_no_leader_for_now_is_waited_for() {
    let mut cluster = Cluster::of(&["broker,controller", "broker"]);
    cluster.start(1).await;
    cluster.start(2).await;
    let topic = unique("leaders");
    cluster.create(&topic, &[1, 2]).await;
    cluster.terminate(2).await;
    cluster.led_by(&topic, &[1, -1]).await;

    let brokers = cluster.brokers();
    let asked = tokio::spawn({
        let topic = topic.clone();
        async move { inspect::ends(&brokers, &topic).await }
    });
    cluster.start(2).await;
    let ends = asked.await.unwrap().unwrap();
    assert_eq!(ends.into_iter().collect::<Vec<_>>(), [(0, 0), (1, 0)]);
}
