//! Orders that a kitchen cooks, carriers take and customers are told of by mail, while fulfilment, kitchen, shipping and notification are
//! killed, all of them several times while orders are under way. Each order has one ticket, one label and at most one mail of each kind.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use reqwest::Method;
use serde_json::{Value, json};
use service_kit::poll::wait_until;
use service_kit::testing::PATIENCE;
use service_kit::testing::mail_server::MailServer;
use tokio::process::Child;

use crate::buyer::Buyer;
use crate::look::{audit, event_store};
use crate::parts::{
    begin_worker, free_address, runs, set_for_all, start_engine_with, start_worker, this, variable, while_runs,
};
use crate::sagas::{PIECES, SKU};

/// The parts that are killed.
const PARTS: [&str; 4] = ["fulfilment", "kitchen", "shipping", "notification"];
/// Orders of a run.
const ORDERS: usize = 60;
/// Orders that are under way at once.
const AT_ONCE: usize = 16;
/// How often each part is killed in a run.
const KILLS: usize = 3;
const LOOK: Duration = Duration::from_millis(100);
/// Longer than it takes until a mail that was interrupted counts as one of which nobody knows whether it was sent.
const MAILED: Duration = Duration::from_secs(300);
/// The URL of webhooks signs with it.
const CARRIER_SECRET: &str = "whsec_c2hpcHBpbmctZHJpbGw=";
/// So many seconds of carrying in one: a parcel of a day takes three.
const CARRIER_SPEED: &str = "28800";
/// Shares of the carriers' requests that have no answer, some of them with their effect.
const UNKNOWN: [&str; 4] = ["--error", "0.02", "--error-after", "0.03"];
/// So many seconds of the kitchen in one.
const STAFF_SPEED: &str = "60";
/// What each customer is told.
const TOLD: [&str; 5] = ["ORDER_CONFIRMED", "PAYMENT_RECEIVED", "PREPARATION", "SHIPMENT", "DELIVERY"];

/// What the engine talks to and nobody kills.
pub struct Surroundings {
    carriers: Child,
    carriers_url: String,
    mail: MailServer,
}

impl Surroundings {
    /// Starts carriers and a mail server, and tells all parts that start from now on where they are.
    pub async fn start() -> Self {
        let listen = free_address().await;
        let carriers_url = format!("http://{listen}");
        let mail = MailServer::start().await;
        set_for_all(vec![
            ("SHIPPING_CARRIERS", format!("postal={carriers_url}/postal")),
            ("SHIPPING_CARRIER_KEY", "ck_drill".to_owned()),
            ("SHIPPING_WEBHOOK_SECRET", CARRIER_SECRET.to_owned()),
            ("KITCHEN_SIMULATED_STAFF_SPEED", STAFF_SPEED.to_owned()),
            ("SMTP_URL", format!("smtp://127.0.0.1:{}", mail.port)),
            ("NOTIFICATION_FROM", "shop@shop.example".to_owned()),
        ]);
        let webhooks = format!("{}/v1/webhooks/carriers", variable("ENGINE_URL"));
        let words = ["engine", "simulate", "carrier", "--listen", &listen, "--speed", CARRIER_SPEED];
        let mut carriers = this(&words);
        carriers.args(["--webhook-url", &webhooks]).args(UNKNOWN).stdout(std::process::Stdio::null());
        Self { carriers: carriers.spawn().unwrap(), carriers_url, mail }
    }

    /// How many labels of each fulfilment are in force.
    async fn labels(&self) -> BTreeMap<String, usize> {
        let ledger: Value =
            reqwest::get(format!("{}/_simulator/ledger", self.carriers_url)).await.unwrap().json().await.unwrap();
        let mut labels = BTreeMap::new();
        for label in ledger["labels"].as_array().unwrap().iter().filter(|label| label["voided"] == false) {
            // A reference is the fulfilment's id with the number of the attempt.
            let (fulfilment, _) = label["reference"].as_str().unwrap().rsplit_once('-').unwrap();
            *labels.entry(fulfilment.to_owned()).or_default() += 1;
        }
        labels
    }
}

/// The processes besides Postgres and Kafka.
struct Processes {
    front: Child,
    others: Child,
    apart: BTreeMap<&'static str, Child>,
}

/// Runs the drill, with no engine running before.
pub async fn survive_every_part(mut surroundings: Surroundings) {
    let mut processes = Processes {
        front: start_engine_with("command,relay,projection,query").await,
        others: start_worker("order,saga,inventory,payment").await,
        apart: BTreeMap::new(),
    };
    for part in PARTS {
        processes.apart.insert(part, start_worker(part).await);
    }
    let buyer = Buyer::of("parcels").await;
    is_a_kitchen_with_carriers(&buyer).await;
    for parts in runs(&PARTS) {
        survive(parts, &buyer, &surroundings, &mut processes).await;
    }
    audit().await;
    for mut process in [processes.front, processes.others].into_iter().chain(processes.apart.into_values()) {
        process.kill().await.unwrap();
    }
    surroundings.carriers.kill().await.unwrap();
}

async fn is_a_kitchen_with_carriers(buyer: &Buyer) {
    let stations = json!({"stations": [{"name": "stove", "capacity": 8}]});
    let dish = json!({"sku": SKU, "station": "stove", "course": 1, "preparationS": 60});
    for (path, body) in [
        ("/v1/kitchens/zrh-1/stations", stations),
        ("/v1/kitchens/zrh-1/staff", json!({"onShift": 8, "simulated": true})),
        ("/v1/kitchens/zrh-1/menu", dish),
    ] {
        let (status, body) = buyer.post(path, &body).await;
        assert_eq!(status, 200, "{path}: {body}");
    }
    let shipping = json!({"carriers": [{"carrier": "postal", "service": "parcel"}], "parcelWeightG": 800});
    let (status, body) = buyer.told(Method::PUT, "/v1/locations/zrh-1/shipping", None, &shipping).await;
    assert_eq!(status, 200, "{body}");
}

async fn survive(parts: &[&'static str], buyer: &Buyer, around: &Surroundings, processes: &mut Processes) {
    buyer.receives(PIECES * u64::try_from(ORDERS).unwrap()).await;
    let (before, tickets) = (around.labels().await, tickets().await);
    let done = AtomicUsize::new(0);
    let buying = stream::iter(0..ORDERS).map(async |_| {
        let order = buyer.places().await;
        let pays = async |path: &str, saga: &Value| buyer.pays("pm_card_visa", path, saga).await;
        assert_eq!(buyer.follows(&order, pays).await, "COMPLETED", "{order}");
        done.fetch_add(1, Ordering::Relaxed);
        order
    });
    let buying = buying.buffer_unordered(AT_ONCE).collect::<Vec<String>>();
    let kills = parts.len() * KILLS;
    let killing = async {
        for (index, part) in parts.iter().cycle().take(kills).enumerate() {
            let middle = (ORDERS - AT_ONCE) * index / kills + 1;
            wait_until(PATIENCE, LOOK, async || done.load(Ordering::Relaxed) >= middle).await.unwrap();
            assert!(done.load(Ordering::Relaxed) < ORDERS, "the kill came after the end");
            processes.apart.get_mut(part).unwrap().kill().await.unwrap();
            processes.apart.insert(part, begin_worker(part).await);
        }
    };
    let (orders, ()) = tokio::join!(buying, killing);
    let compared = compare(buyer, &orders, &before, around);
    let uncertain = while_runs(&mut processes.front, compared).await;
    for (event, count) in self::tickets().await {
        assert_eq!(count - tickets[&event], i64::try_from(ORDERS).unwrap(), "{event}");
    }
    audit().await;
    eprintln!(
        "kill -9 of {parts:?}, each {KILLS} times: {ORDERS} orders were cooked, carried and told of once; \
         {uncertain} mails may have been taken and were not sent again"
    );
}

/// How many tickets there are that were taken, begun and made ready.
async fn tickets() -> BTreeMap<&'static str, i64> {
    let store = event_store().await;
    let count = "SELECT count(*) FROM events WHERE aggregate_type = 'ticket' AND event_type = $1";
    let mut counts = BTreeMap::new();
    for event in ["TicketAccepted", "TicketStarted", "TicketReady"] {
        counts.insert(event, store.query_one(count, &[&event]).await.unwrap().get(0));
    }
    counts
}

/// Compares what carriers and the mail server have taken with the orders. Returns how many mails may have been taken.
async fn compare(buyer: &Buyer, orders: &[String], before: &BTreeMap<String, usize>, around: &Surroundings) -> usize {
    let labels = around.labels().await;
    let new: Vec<_> = labels.iter().filter(|(fulfilment, _)| !before.contains_key(*fulfilment)).collect();
    assert_eq!(new.len(), orders.len(), "labels in force");
    assert!(new.iter().all(|(_, count)| **count == 1), "{new:?}");
    let mut uncertain = 0;
    for order in orders {
        uncertain += around.mail.took_each_once(&mails(buyer, order).await);
    }
    uncertain
}

/// The mails that an order's customer is to have, once it is known what became of each.
async fn mails(buyer: &Buyer, order: &str) -> Vec<Value> {
    let path = format!("/v1/orders/{order}/notifications");
    let mut mails = Vec::new();
    let all_known = wait_until(MAILED, LOOK, async || {
        let listed = buyer.get(&path).await.unwrap_or_default();
        mails = listed.as_array().cloned().unwrap_or_default();
        mails.retain(|one| one["channel"] == "EMAIL");
        let is_known = |one: &Value| one["status"] != "WAITING" && one["status"] != "SENDING";
        TOLD.iter().all(|kind| mails.iter().any(|one| one["kind"] == *kind)) && mails.iter().all(is_known)
    });
    assert!(all_known.await.is_ok(), "{order}: {mails:#?}");
    mails
}
