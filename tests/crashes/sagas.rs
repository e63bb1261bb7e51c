//! Orders that are paid, declined, sent and cancelled, by a provider that does not always answer, while relay, coordinator, inventory,
//! payment, Postgres and Kafka are killed. Every saga ends; the provider's ledger and the stock say the same as the orders.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use serde_json::Value;
use service_kit::poll::{wait_for, wait_until};
use service_kit::testing::PATIENCE;
use tokio::process::Child;

use crate::buyer::Buyer;
use crate::look::audit;
use crate::parts::{
    begin_relay, begin_worker, kill_and_start, runs, start_engine_with, start_relay, start_worker, this, variable,
    while_runs,
};

/// Orders of a run.
const ORDERS: usize = 40;
/// The same where each part is killed in a run of its own.
const ORDERS_FULL: usize = 300;
/// Orders that are under way at once.
const AT_ONCE: usize = 32;
const LOOK: Duration = Duration::from_millis(100);
/// How the orders are driven: what is not answered is asked again soon.
const POLICIES: &str = "[default]\nlocations = [\"zrh-1\"]\nanswer_s = 5\npause_s_max = 20\nasks_max = 20\n";
/// Shares of the provider's requests that have no answer, some of them with their effect.
const UNKNOWN: [&str; 4] = ["--error", "0.02", "--error-after", "0.03"];
pub const SKU: &str = "tea";
pub const PIECES: u64 = 2;
/// What an order costs, in minor units.
const TOTAL: i64 = 510;

/// What is killed.
#[derive(Debug, Clone, Copy)]
enum Victim {
    Relay,
    Coordinator,
    Inventory,
    Payment,
    Postgres,
    Kafka,
}

/// Writes down how orders are driven, and starts the provider, which nobody kills.
pub async fn provider(policies: &std::path::Path) -> Child {
    std::fs::write(policies, POLICIES).unwrap();
    let url = variable("STRIPE_API_URL");
    let listen = url.strip_prefix("http://").unwrap();
    let webhooks = format!("{}/v1/webhooks/stripe", variable("ENGINE_URL"));
    let mut provider = this(&["engine", "simulate", "payments", "--listen", listen, "--webhook-url", &webhooks]);
    let provider = provider.args(UNKNOWN).stdout(std::process::Stdio::null()).spawn().unwrap();
    let url = format!("{url}/_simulator/methods");
    wait_until(PATIENCE, LOOK, async || reqwest::get(&url).await.is_ok()).await.unwrap();
    provider
}

/// The processes besides Postgres and Kafka.
struct Processes {
    front: Child,
    relay: Child,
    coordinator: Child,
    inventory: Child,
    payment: Child,
    others: Child,
}

/// Runs the drill, with no engine running before.
pub async fn survive_every_part() {
    let mut processes = Processes {
        front: start_engine_with("command,projection,query").await,
        relay: start_relay().await,
        coordinator: start_worker("saga").await,
        payment: start_worker("payment").await,
        inventory: start_worker("inventory").await,
        others: start_worker("order,fulfilment").await,
    };
    // What is killed together comes back together: a group waits as long for two members that are gone as for one.
    let victims: [&[Victim]; 3] = [
        &[Victim::Coordinator, Victim::Inventory, Victim::Payment],
        &[Victim::Relay, Victim::Kafka],
        &[Victim::Postgres],
    ];
    for victims in runs(&victims) {
        survive(victims, &mut processes).await;
    }
    audit().await;
    let Processes { front, relay, coordinator, inventory, payment, others } = processes;
    for mut process in [front, relay, coordinator, inventory, payment, others] {
        process.kill().await.unwrap();
    }
}

async fn survive(victims: &[&[Victim]], processes: &mut Processes) {
    let orders = if crate::parts::is_full() { ORDERS_FULL } else { ORDERS };
    let buyer = Buyer::of("sagas").await;
    let before = (buyer.on_hand().await, ledger().await.len());
    buyer.receives(PIECES * u64::try_from(orders).unwrap()).await;
    let done = AtomicUsize::new(0);
    let buying = stream::iter(0..orders).map(async |index| {
        let ended = buyer.buys(index).await;
        done.fetch_add(1, Ordering::Relaxed);
        ended
    });
    let buying = buying.buffer_unordered(AT_ONCE).collect::<Vec<(String, &'static str)>>();
    let killing = async {
        for (index, together) in victims.iter().enumerate() {
            let middle = orders * (index + 1) / (victims.len() + 2);
            wait_until(PATIENCE, LOOK, async || done.load(Ordering::Relaxed) >= middle).await.unwrap();
            assert!(done.load(Ordering::Relaxed) < orders, "the kill came after the end");
            for victim in *together {
                kill(*victim, processes).await;
            }
        }
        // While orders are under way, which is no finding.
        audit().await;
    };
    let (ended, ()) = tokio::join!(buying, killing);
    let sent = while_runs(&mut processes.front, compare(&buyer, &ended)).await;
    let left = before.0 + PIECES * u64::try_from(orders - sent).unwrap();
    wait_for(PATIENCE, LOOK, async || (buyer.on_hand().await == left).then_some(())).await.unwrap();
    let entries = ledger().await.len() - before.1;
    eprintln!(
        "kill -9 of {victims:?}: {orders} orders ended, {sent} of them sent; {entries} entries of the provider and the audit agree"
    );
}

/// Kills a part outright and starts it again.
async fn kill(victim: Victim, processes: &mut Processes) {
    match victim {
        Victim::Relay => {
            processes.relay.kill().await.unwrap();
            processes.relay = begin_relay().await;
        }
        Victim::Coordinator => {
            processes.coordinator.kill().await.unwrap();
            processes.coordinator = begin_worker("saga").await;
        }
        Victim::Inventory => {
            processes.inventory.kill().await.unwrap();
            processes.inventory = begin_worker("inventory").await;
        }
        Victim::Payment => {
            processes.payment.kill().await.unwrap();
            processes.payment = begin_worker("payment").await;
        }
        Victim::Postgres => kill_and_start("postgres").await,
        Victim::Kafka => kill_and_start("kafka").await,
    }
}

async fn ledger() -> Vec<Value> {
    let url = format!("{}/_simulator/ledger", variable("STRIPE_API_URL"));
    let answer: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    answer["entries"].as_array().unwrap().clone()
}

/// Compares the provider's ledger with how the orders ended. Returns how many were sent.
async fn compare(buyer: &Buyer, ended: &[(String, &'static str)]) -> usize {
    let mut booked: BTreeMap<(String, String), Vec<i64>> = BTreeMap::new();
    for entry in ledger().await {
        let text = |name: &str| entry[name].as_str().unwrap().to_owned();
        booked.entry((text("payment"), text("kind"))).or_default().push(entry["amount"].as_i64().unwrap());
    }
    let mut sent = 0;
    for (order, state) in ended {
        let payments = buyer.payments(order).await;
        let of = |kind: &str| -> Vec<i64> {
            let of_one = |id: &String| booked.get(&(id.clone(), kind.to_owned())).cloned().unwrap_or_default();
            payments.iter().flat_map(of_one).collect()
        };
        let (captured, refunded) = (of("CAPTURED"), of("REFUNDED"));
        assert!(captured.len() <= 1 && refunded.len() <= 1, "{order}: {captured:?} captured, {refunded:?} refunded");
        let kept: i64 = captured.iter().sum::<i64>() - refunded.iter().sum::<i64>();
        let is_sent = *state == "COMPLETED";
        assert_eq!(kept, if is_sent { TOTAL } else { 0 }, "{order}, which is {state}");
        sent += usize::from(is_sent);
    }
    sent
}
