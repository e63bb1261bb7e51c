use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use messaging::testing::registry;
use service_kit::poll::wait_until;
use service_kit::testing::PATIENCE;
use tokio::net::{TcpListener, TcpStream};

use super::support::{SOMEBODY_WAITS, World, new_id, placed};

/// More refusals than the registry's client retries for one request: then the projector has paused and asked again.
const REFUSALS: usize = 9;

#[tokio::test]
async fn a_projector_whose_offsets_were_advanced_by_another_changes_nothing() {
    let world = World::new(1).await;
    let (before, during, after) = (new_id(), new_id(), new_id());
    let running = world.start();
    world.publish(placed(before)).await;
    world.wait_for_version(before, 4).await;
    // Another projector holds the offset's row, and takes the next order's records: 4 of them and two markers.
    let mut other = world.database.client().await;
    let taking = other.transaction().await.unwrap();
    let next: i64 = taking.query_one("SELECT next_offset FROM projector_offset FOR UPDATE", &[]).await.unwrap().get(0);
    world.publish(placed(during)).await;
    world.wait_for(SOMEBODY_WAITS).await;
    let moved = "UPDATE projector_offset SET next_offset = $1, last_offset = NULL, last_event_id = NULL";
    let beyond = if next == 4 { 9 } else { next + 4 };
    taking.execute(moved, &[&beyond]).await.unwrap();
    taking.commit().await.unwrap();
    world.publish(placed(after)).await;
    world.wait_for_version(after, 4).await;
    running.stop().await;
    assert_eq!(world.version(during).await, 0, "what the other projector took was written here too");
}

#[tokio::test]
async fn lost_connections_are_made_anew_and_nothing_is_parked() {
    let world = World::new(2).await;
    let running = world.start();
    for _ in 0..3 {
        let order = new_id();
        world.publish(placed(order)).await;
        world.wait_for_version(order, 4).await;
        let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                   WHERE datname = current_database() AND application_name LIKE 'projection%'";
        world.client.query(cut, &[]).await.unwrap();
    }
    running.stop().await;
    world.wait_for("SELECT count(*) = 0 FROM parked").await;
}

/// A proxy in front of the real registry that can refuse connections.
struct RegistryProxy {
    url: String,
    accepts: AtomicBool,
    refused: AtomicUsize,
}

impl RegistryProxy {
    async fn refusing() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let behind = registry().url().trim_start_matches("http://").to_owned();
        let (registry, path) = behind.split_once('/').map_or((behind.as_str(), ""), |(host, path)| (host, path));
        let url = format!("http://{}/{path}", listener.local_addr().unwrap());
        let registry = registry.to_owned();
        let proxy = Arc::new(Self { url, accepts: AtomicBool::new(false), refused: AtomicUsize::new(0) });
        tokio::spawn({
            let proxy = Arc::clone(&proxy);
            async move {
                while let Ok((mut caller, _)) = listener.accept().await {
                    if proxy.accepts.load(Ordering::Relaxed) {
                        let mut called = TcpStream::connect(&registry).await.unwrap();
                        tokio::spawn(async move { tokio::io::copy_bidirectional(&mut caller, &mut called).await });
                    } else {
                        proxy.refused.fetch_add(1, Ordering::Relaxed);
                    }
                }
            }
        });
        proxy
    }
}

#[tokio::test]
async fn a_registry_that_is_away_is_waited_for_and_nothing_is_parked() {
    let mut world = World::new(1).await;
    let proxy = RegistryProxy::refusing().await;
    world.settings.messaging.schema_registry_url.clone_from(&proxy.url);
    let (order, running) = (new_id(), world.start());
    world.publish(placed(order)).await;
    let paused = async || proxy.refused.load(Ordering::Relaxed) >= REFUSALS;
    wait_until(PATIENCE, Duration::from_millis(20), paused).await.unwrap();
    world
        .wait_for("SELECT (SELECT count(*) FROM parked) = 0 AND bool_and(next_offset = 0) FROM projector_offset")
        .await;
    proxy.accepts.store(true, Ordering::Relaxed);
    world.wait_for_version(order, 4).await;
    running.stop().await;
    world.wait_for("SELECT count(*) = 0 FROM parked").await;
}

#[tokio::test]
async fn a_resume_position_beyond_the_topic_is_refused_and_a_corrected_one_is_used() {
    let world = World::new(1).await;
    let order = new_id();
    world.publish(placed(order)).await;
    let insert = "INSERT INTO projector_offset (group_name, topic, partition, next_offset) VALUES ($1, $2, 0, 1000)";
    world.client.execute(insert, &[&world.settings.group, &world.topic.name]).await.unwrap();
    let running = world.start();
    // It does not go on, and logs why, until an operator corrects the offset.
    running.refused(1).await;
    assert_eq!(world.version(order).await, 0);
    world.client.execute("UPDATE projector_offset SET next_offset = 0", &[]).await.unwrap();
    world.wait_for_version(order, 4).await;
    running.stop().await;
}
