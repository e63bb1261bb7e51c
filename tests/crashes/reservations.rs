//! Reservations of too little stock, ten thousand by `make crashes`, while relay, inventory, Postgres and Kafka are killed.
//!
//! The drill keeps a journal of what it was answered. Afterwards every reservation is as the journal says, and what stock has
//! reserved is what the journal adds up to: nothing is lost, nothing is sold twice.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use reqwest::Client;
use serde_json::{Value, json};
use service_kit::poll::{wait_for, wait_until};
use service_kit::testing::PATIENCE;
use tokio::process::Child;

use crate::look::audit_if_full;
use crate::parts::{
    begin_engine_with, begin_relay, kill_and_start, run, runs, start_engine_with, start_relay, this, variable,
    while_runs,
};

/// Reservations of a run, unless `CRASH_RESERVATIONS` says otherwise.
const RESERVATIONS: usize = 800;

fn reservations() -> usize {
    let wanted = std::env::var_os("CRASH_RESERVATIONS").and_then(|text| text.to_str()?.parse().ok());
    wanted.unwrap_or(RESERVATIONS)
}
/// Requests that are under way at once.
const AT_ONCE: usize = 32;
const SKUS: usize = 40;
/// Pieces of each SKU: less than a half of what is asked for.
const PIECES: u64 = 50;
const LOOK: Duration = Duration::from_millis(20);

/// What is killed.
#[derive(Debug, Clone, Copy)]
enum Victim {
    Relay,
    Inventory,
    Postgres,
    Kafka,
}

/// The processes besides Postgres and Kafka.
struct Processes {
    inventory: Child,
    relay: Child,
}

/// Runs the drill, with no engine running before.
pub async fn survive_every_part() {
    let mut processes = Processes { inventory: start_engine_with(INVENTORY).await, relay: start_relay().await };
    // Reservations do not wait for Kafka, so a run is over before it is ready again.
    for victims in runs(&[Victim::Inventory, Victim::Postgres, Victim::Relay]).into_iter().chain([&[Victim::Kafka][..]])
    {
        survive(victims, &mut processes).await;
    }
    processes.inventory.kill().await.unwrap();
    processes.relay.kill().await.unwrap();
}

/// The roles of the process that reserves.
const INVENTORY: &str = "command,worker,projection,query";

async fn survive(victims: &[Victim], processes: &mut Processes) {
    let tenant = format!("stock-{:?}", victims[0]).to_lowercase();
    let shop = Shop::of(&tenant).await;
    shop.fill().await;
    let done = AtomicUsize::new(0);
    let buyers = stream::iter(0..reservations()).map(async |index| {
        let granted = shop.reserve(index).await;
        done.fetch_add(1, Ordering::Relaxed);
        granted
    });
    let buying = buyers.buffered(AT_ONCE).collect::<Vec<bool>>();
    let killing = async {
        for (index, victim) in victims.iter().enumerate() {
            let middle = reservations() * (index + 1) / (victims.len() + 4);
            wait_until(PATIENCE, LOOK, async || done.load(Ordering::Relaxed) >= middle).await.unwrap();
            assert!(done.load(Ordering::Relaxed) < reservations(), "the kill came after the end");
            kill(*victim, processes).await;
        }
    };
    let (journal, ()) = tokio::join!(buying, killing);
    while_runs(&mut processes.inventory, shop.compare(&journal)).await;
    audit_if_full().await;
    let granted = journal.iter().filter(|granted| **granted).count();
    eprintln!("kill -9 of {victims:?}: {granted} of {} reservations granted; stock and journal agree", journal.len());
}

/// Kills a part outright and starts it again.
async fn kill(victim: Victim, processes: &mut Processes) {
    match victim {
        Victim::Relay => {
            processes.relay.kill().await.unwrap();
            processes.relay = begin_relay().await;
        }
        Victim::Inventory => {
            processes.inventory.kill().await.unwrap();
            processes.inventory = begin_engine_with(INVENTORY);
        }
        Victim::Postgres => kill_and_start("postgres").await,
        Victim::Kafka => kill_and_start("kafka").await,
    }
}

/// A tenant with its stock.
struct Shop {
    client: Client,
    url: String,
    token: String,
    tenant: String,
}

impl Shop {
    async fn of(tenant: &str) -> Self {
        let token = run(this(&["ctl", "token", "--role", "admin", "--tenant", tenant])).await.trim().to_owned();
        Self { client: Client::new(), url: variable("ENGINE_URL"), token, tenant: tenant.to_owned() }
    }

    async fn fill(&self) {
        let rows: Vec<Value> =
            (0..SKUS).map(|sku| json!({"location": "zrh-1", "sku": format!("sku-{sku}"), "onHand": PIECES})).collect();
        let (status, body) = self.post("/v1/stock/imports", "fill", &json!({"rows": rows})).await.unwrap();
        assert_eq!(status, 200, "{body}");
    }

    /// The pieces of each SKU that a buyer wants.
    fn wanted(index: usize) -> BTreeMap<usize, u64> {
        let first = index * 7 % SKUS;
        let second = (first + 1 + index % 5) % SKUS;
        let pieces = |spread: usize| u64::try_from(index % spread + 1).unwrap();
        BTreeMap::from([(first, pieces(2)), (second, pieces(3))])
    }

    /// Reserves what a buyer wants, and repeats the request with its key until it has an answer.
    async fn reserve(&self, index: usize) -> bool {
        let lines: Vec<Value> = Self::wanted(index)
            .into_iter()
            .map(|(sku, pieces)| json!({"sku": format!("sku-{sku}"), "quantity": pieces}))
            .collect();
        let id = self.reservation(index);
        let body = json!({"reservationId": id, "orderId": id, "location": "zrh-1", "lines": lines, "holdForS": 86_400});
        let key = format!("reserve-{index}");
        wait_for(PATIENCE, LOOK, async || match self.post("/v1/reservations", &key, &body).await? {
            (201, _) => Some(true),
            (409, body) if body["code"] == "out_of_stock" => Some(false),
            (409 | 429 | 503, _) => None,
            (status, body) => panic!("{status}: {body}"),
        })
        .await
        .unwrap()
    }

    /// The id of a buyer's reservation.
    fn reservation(&self, index: usize) -> String {
        let tenant = self.tenant.bytes().fold(0_u64, |sum, byte| (sum * 31 + u64::from(byte)) & 0xffff_ffff);
        format!("00000000-0000-4000-{:04x}-{tenant:012x}", 0x8000 + index)
    }

    /// The status and body; `None` where no answer came.
    async fn post(&self, path: &str, key: &str, body: &Value) -> Option<(u16, Value)> {
        let request = self.client.post(format!("{}{path}", self.url)).bearer_auth(&self.token);
        let answer = request.header("idempotency-key", key).json(body).send().await.ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.json().await.ok()?))
    }

    async fn get(&self, path: &str) -> Value {
        let mut said = "nothing".to_owned();
        let get = async || {
            let request = self.client.get(format!("{}{path}", self.url)).bearer_auth(&self.token);
            "no answer".clone_into(&mut said);
            let answer = request.send().await.map_err(|error| said = format!("{error:?}")).ok()?;
            let status = answer.status();
            let body = answer.text().await.map_err(|error| said = format!("{error:?}")).ok()?;
            if status.is_success() {
                return serde_json::from_str(&body).ok();
            }
            said = format!("{status}: {body}");
            None
        };
        let found = wait_for(PATIENCE, LOOK, get).await;
        found.unwrap_or_else(|error| panic!("{path}: {error}; at last {said}"))
    }

    /// Compares every reservation and every SKU with the journal.
    async fn compare(&self, journal: &[bool]) {
        let states = stream::iter(0..reservations())
            .map(|index| async move { self.get(&format!("/v1/reservations/{}", self.reservation(index))).await });
        let states: Vec<Value> = states.buffered(AT_ONCE).collect().await;
        let mut reserved = [0; SKUS];
        for (index, granted) in journal.iter().enumerate() {
            let state = if *granted { "GRANTED" } else { "REFUSED" };
            assert_eq!(states[index]["state"], state, "reservation {index} of {}", self.tenant);
            if *granted {
                Self::wanted(index).into_iter().for_each(|(sku, pieces)| reserved[sku] += pieces);
            }
        }
        for (sku, reserved) in reserved.into_iter().enumerate() {
            let item = self.get(&format!("/v1/stock/items?location=zrh-1&sku=sku-{sku}")).await;
            let level = json!({"onHand": PIECES, "reserved": reserved, "backordered": 0, "safetyStock": 0,
                "available": PIECES - reserved});
            assert_eq!(item["level"], level, "sku-{sku} of {}", self.tenant);
        }
    }
}
