use messaging::EncodedRecord;
use projection_service::NotReady;
use service_kit::poll::wait_until;
use service_kit::testing::PATIENCE;
use uuid::Uuid;

use super::support::{World, new_id, placed};

/// A record of this order that nobody can read.
fn poison(world: &World, order: Uuid) -> EncodedRecord {
    let mut record = world.encode(placed(order).remove(0));
    record.value = Some(b"no Avro at all".to_vec());
    record
}

async fn parked(world: &World) -> Vec<(i64, Option<Uuid>, String)> {
    let sql = "SELECT \"offset\", order_id, reason FROM parked ORDER BY \"offset\"";
    let rows = world.client.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
}

#[tokio::test]
async fn a_poison_record_parks_its_key_and_others_go_on() {
    let world = World::new(1).await;
    let (ill, well) = (new_id(), new_id());
    let events = placed(ill);
    let encode = |at: usize| world.encode(events[at].clone());
    let mut records = vec![encode(0), poison(&world, ill), encode(1), encode(2)];
    records.extend(placed(well).into_iter().map(|published| world.encode(published)));
    world.send(records).await;
    let running = world.start();
    world.wait_for_version(well, 4).await;
    assert_eq!(world.version(ill).await, 1);
    // A later batch queues behind as well.
    world.send(vec![encode(3)]).await;
    world.wait_for("SELECT count(*) = 4 FROM parked").await;
    running.stop().await;
    let parked = parked(&world).await;
    let offsets: Vec<_> = parked.iter().map(|(offset, order, _)| (*offset, *order)).collect();
    assert_eq!(offsets, [1, 2, 3, 8].map(|offset| (offset, Some(ill))));
    assert!(parked[0].2.contains("0x6e"), "{}", parked[0].2);
    assert!(parked[1..].iter().all(|(_, _, reason)| reason.contains("waits behind")), "{parked:?}");
    assert_eq!(world.version(ill).await, 1);
    let copies = world.dead_letters.read_all().await;
    assert_eq!(copies.len(), 4);
    assert_eq!(copies[0].value.as_deref(), Some(&b"no Avro at all"[..]));
    assert!(copies[0].headers.last("dlq_reason").is_some());
    assert_eq!(copies[1].key.as_deref(), Some(ill.to_string().as_bytes()));
}

#[tokio::test]
async fn a_gap_parks_the_order_from_there_on() {
    let world = World::new(1).await;
    let (torn, well) = (new_id(), new_id());
    let mut records = placed(torn);
    records.remove(1);
    records.extend(placed(well));
    world.publish(records).await;
    let running = world.start();
    world.wait_for_version(well, 4).await;
    running.stop().await;
    assert_eq!(world.version(torn).await, 1);
    assert_eq!(parked(&world).await.iter().map(|(offset, ..)| *offset).collect::<Vec<_>>(), [1, 2]);
}

#[tokio::test]
async fn a_record_without_a_key_parks_by_its_offset_alone() {
    let world = World::new(1).await;
    let order = new_id();
    let mut nameless = world.encode(placed(order).remove(0));
    nameless.key = None;
    nameless.partition = Some(0);
    world.send(vec![nameless]).await;
    world.publish(placed(order)).await;
    let running = world.start();
    world.wait_for_version(order, 4).await;
    running.stop().await;
    assert_eq!(
        parked(&world).await.iter().map(|(offset, order, _)| (*offset, *order)).collect::<Vec<_>>(),
        [(0, None)]
    );
}

#[tokio::test]
async fn records_under_a_key_that_nobody_can_read_park_one_by_one() {
    let world = World::new(1).await;
    let orders = [new_id(), new_id()];
    let strange = orders.map(|order| {
        let mut record = world.encode(placed(order).remove(0));
        (record.key, record.partition) = (Some(vec![0xff, 0xfe]), Some(0));
        record
    });
    world.send(strange.into()).await;
    world.publish(placed(orders[0])).await;
    let running = world.start();
    world.wait_for_version(orders[0], 4).await;
    running.stop().await;
    let parked = parked(&world).await;
    assert_eq!(parked.iter().map(|(offset, order, _)| (*offset, *order)).collect::<Vec<_>>(), [(0, None), (1, None)]);
    assert!(parked.iter().all(|(_, _, reason)| !reason.contains("waits behind")), "{parked:?}");
}

#[tokio::test]
async fn what_postgres_cannot_hold_parks_and_holds_nobody_up() {
    let world = World::new(1).await;
    let (ill, well) = (new_id(), new_id());
    let mut records = placed(ill);
    let domain::order::contract::PublicEvent::LineAdded(added) = &mut records[1].event else { panic!("{records:?}") };
    added.line.description = Some("a \0 in a text".to_owned());
    records.extend(placed(well));
    world.publish(records).await;
    let running = world.start();
    world.wait_for_version(well, 4).await;
    running.stop().await;
    assert!(parked(&world).await.iter().all(|(_, order, _)| *order == Some(ill)));
    assert!(!parked(&world).await.is_empty());
}

#[tokio::test]
async fn too_many_parked_keys_stop_the_partition() {
    let mut world = World::new(1).await;
    world.settings.parked_keys_max = 2;
    let running = world.start();
    running.ready().await;
    world.send((0..2).map(|_| poison(&world, new_id())).collect()).await;
    world.wait_for("SELECT count(*) = 2 FROM parked").await;
    world.send(vec![poison(&world, new_id())]).await;
    let halted = async || running.service.ready() == Err(NotReady::Halted { partition: 0 });
    wait_until(PATIENCE, std::time::Duration::from_millis(20), halted).await.unwrap();
    running.stop().await;
    assert_eq!(parked(&world).await.len(), 2);
    let next: i64 = world.client.query_one("SELECT next_offset FROM projector_offset", &[]).await.unwrap().get(0);
    assert_eq!(next, 2, "the partition went on");
    // Once one of them is dealt with, the next start goes on with what was left.
    world.client.execute("DELETE FROM parked WHERE \"offset\" = 0", &[]).await.unwrap();
    let running = world.start();
    world.wait_for("SELECT max(\"offset\") = 2 FROM parked").await;
    running.ready().await;
    running.stop().await;
}
