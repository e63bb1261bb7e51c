//! Nothing is ever reserved beyond what is there, however many buy at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::join_all;
use inventory::Inventory;
use inventory::reservation::{Asked, AskedBy};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use service_kit::BoxError;

use crate::world::{World, asked_by, is_granted, reservation_id, reserve};

async fn buy_all_at_once(world: &World, processes: &[Arc<Inventory>], buyers: usize) -> usize {
    let expires_at = world.in_seconds(900);
    let asked = reserve(&[("hot", 1)], expires_at);
    let buying = (0..buyers).map(|buyer| {
        let inventory = Arc::clone(&processes[buyer % processes.len()]);
        let asked = asked.clone();
        tokio::spawn(async move { is_granted(&inventory.answer(reservation_id(), &asked, &asked_by("shop")).await) })
    });
    join_all(buying).await.into_iter().filter(|granted| *granted.as_ref().unwrap()).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_buyers_of_one_sku_in_one_process_get_what_is_there() {
    let world = World::new().await;
    world.receive("hot", 40).await;
    assert_eq!(buy_all_at_once(&world, &[Arc::clone(&world.inventory)], 64).await, 40);
    assert_eq!(world.level("hot").await, [40, 40, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_buyers_of_one_sku_in_three_processes_get_what_is_there() {
    let world = World::new().await;
    world.receive("hot", 40).await;
    let processes = [Arc::clone(&world.inventory), world.twin().await, world.twin().await];
    assert_eq!(buy_all_at_once(&world, &processes, 64).await, 40);
    assert_eq!(world.level("hot").await, [40, 40, 0]);
}

/// What one buyer wants of each of three SKUs, and whether it gives it back.
type Buyer = (BTreeMap<usize, u32>, bool);

fn buyers() -> impl Strategy<Value = (Vec<u32>, Vec<Buyer>)> {
    let wanted = proptest::collection::btree_map(0..3_usize, 1..4_u32, 1..3);
    (proptest::collection::vec(0..12_u32, 3), proptest::collection::vec((wanted, any::<bool>()), 1..16))
}

/// Lets buyers loose on two processes, and compares what they got with plain sums.
async fn compare(
    world: &World,
    other: &Arc<Inventory>,
    round: usize,
    stock: &[u32],
    buyers: &[Buyer],
) -> Result<(), BoxError> {
    let sku = |index: usize| format!("r{round}-{index}");
    for (index, pieces) in stock.iter().enumerate() {
        let body = serde_json::json!({"location": "zrh-1", "sku": sku(index), "counted": pieces});
        world.post("/v1/stock/counts", &body).await.assert(200);
    }
    let buying = buyers.iter().enumerate().map(|(place, (wanted, gives_back))| {
        let inventory = Arc::clone(if place % 2 == 0 { &world.inventory } else { other });
        let names: Vec<(String, u32)> = wanted.iter().map(|(index, quantity)| (sku(*index), *quantity)).collect();
        let lines: Vec<(&str, u32)> = names.iter().map(|(sku, quantity)| (&**sku, *quantity)).collect();
        let asked = reserve(&lines, world.in_seconds(900));
        async move {
            let (id, by) = (reservation_id(), asked_by("shop"));
            let granted = is_granted(&inventory.answer(id, &asked, &by).await);
            if granted && *gives_back {
                let undo = AskedBy { request: asked_by("shop").request, ..by };
                inventory.answer(id, &Asked::Release, &undo).await.unwrap();
            }
            granted && !gives_back
        }
    });
    let kept = join_all(buying).await;
    let mut held = [0_u64; 3];
    for ((wanted, _), _) in buyers.iter().zip(&kept).filter(|(_, kept)| **kept) {
        wanted.iter().for_each(|(index, quantity)| held[*index] += u64::from(*quantity));
    }
    for (index, pieces) in stock.iter().enumerate() {
        let level = world.level(&sku(index)).await;
        assert!(held[index] <= u64::from(*pieces), "{} of {pieces} were reserved", held[index]);
        assert_eq!(level, [u64::from(*pieces), held[index], u64::from(*pieces) - held[index]]);
    }
    Ok(())
}

#[test]
fn what_buyers_hold_adds_up_to_what_stock_has_reserved() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let world = runtime.block_on(World::new());
    let other = runtime.block_on(world.twin());
    let mut runner = TestRunner::new(Config { cases: 40, ..Config::default() });
    let round = std::sync::atomic::AtomicUsize::new(0);
    runner
        .run(&buyers(), |(stock, buyers)| {
            let round = round.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            runtime
                .block_on(compare(&world, &other, round, &stock, &buyers))
                .map_err(|error| TestCaseError::fail(error.to_string()))
        })
        .unwrap();
}
