//! Orders driven by their sagas, every part real but the payment provider, which is the simulator. Three cases, as `BENCH_CASES` names them:
//!
//! `drill`: `BENCH_ORDERS` (10,000) orders over 50 SKUs of which there is too little, by 64 buyers; 5 % have no money, 2 % of what the
//! provider is asked has no answer. The processes with coordinator and payment are killed in the middle. Then every saga has
//! ended, stock and money are what an independent count says, and the audit is clean.
//!
//! `rate`: every role in one process, enough stock, no faults: sagas from placement to delivery, `BENCH_CONNECTIONS` (64) at once, for
//! `BENCH_SECONDS` (20), `BENCH_ROUNDS` (3) times, in turn with DBOS for Go and with Temporal, each
//! in its fastest form and with a workflow of six inserted rows.
//!
//! `latency`: `BENCH_ORDERS_PER_S` (100) orders a second, from placement to confirmation, by hop.
//!
//! The topics have `TOPIC_PARTITIONS` partitions, of which `make bench-saga` makes 4: enough for two cores.
//!
//! `rate` and `latency` are measured after orders were placed for `BENCH_WARM_UP` (60) seconds, since a broker that was just started compiles
//! its code meanwhile.
//!
//! Prints name=value lines. `BENCH_PEERS` (`ours dbos temporal`) says who takes part beside us: `BENCH_PEERS=ours` leaves both out.

#![expect(clippy::unwrap_used, reason = "a benchmark ends at the first surprise")]
#![expect(clippy::disallowed_methods, reason = "its length comes from the environment, its times from the machine")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use benches::drive::median;
use benches::sagas::connections::Connections;
use benches::sagas::count::count;
use benches::sagas::followed::Followed;
use benches::sagas::go::Load;
use benches::sagas::order::{Buyer, Life, Wanted, WantedLine};
use benches::sagas::peers::Peers;
use benches::sagas::processes::{Process, Variables, free_address};
use benches::sagas::provider::Provider;
use benches::sagas::spent::Counters;
use benches::sagas::{LOCATION, PRICE_MINOR, TENANT};
use benches::whole::numbers::Latencies;
use benches::whole::{audit, number, prepare, token, variable};
use service_kit::poll::{pause, wait_until};
use tokio_util::sync::CancellationToken;

const SKUS: usize = 50;
const BUYERS: usize = 64;
/// Pieces of each SKU for an order of the drill, of which each has two on average: too little for one in five.
const PIECES_PER_ORDER: f64 = 1.6;
const WITHOUT_MONEY: f64 = 0.05;
const WITHOUT_ANSWER: f64 = 0.02;
/// Shares of the drill's orders after which a process is killed: what drives sagas, then what customers talk to.
const KILL_WORKER_AFTER: [f64; 2] = [0.3, 0.5];
const KILL_FRONT_AFTER: f64 = 0.7;
const LOOK: Duration = Duration::from_millis(100);
const DRILL_MAX: Duration = Duration::from_secs(3_600);
/// Longest life of an order, from its placement.
const LIFE_MAX: Duration = Duration::from_secs(180);
/// Before each round, and before the first one beside `BENCH_WARM_UP`.
const WARM_UP: Duration = Duration::from_secs(5);
const ORDERS_PER_S: f64 = 100.0;
/// More than any cell sells.
const PLENTY: u64 = 1_000_000;

/// Times of the drill's policies, so that orders without stock or answer do not wait for minutes.
const POLICIES: &str = "[default]\nlocations = [\"zrh-1\"]\nanswer_s = 3\nstock_wait_s = 4\nstock_retry_s = 2\n\
                        screening.many_orders_a_day = 0\n";

struct Shop {
    provider: Provider,
    followed: Arc<Followed>,
    /// Of customers and warehouse to the engine.
    connections: Arc<Connections>,
    variables: Variables,
    /// Where they reach it.
    address: String,
}

impl Shop {
    async fn open() -> Self {
        prepare();
        let address = variable("ENGINE_LISTEN");
        let provider = Provider::start(&address).await;
        let policies = format!("{}/bench-policies.toml", variable("ORDERS_STATE"));
        std::fs::write(&policies, POLICIES).unwrap();
        let mut variables = Variables::from([("SAGA_POLICIES_FILE".to_owned(), policies)]);
        variables.extend(provider.settings().map(|(name, value)| (name.to_owned(), value.to_owned())));
        let connections = Arc::new(Connections::new(&address, &token(TENANT)));
        Self { provider, followed: Arc::new(Followed::start()), connections, variables, address }
    }

    fn buyer(&self) -> Buyer {
        Buyer::new(&self.connections, &self.followed)
    }

    async fn receives(&self, case: &str, pieces: u64) {
        let staff = self.buyer();
        for index in 0..SKUS {
            let sku = sku(case, index);
            let body = format!(r#"{{"location":"{LOCATION}","sku":"{sku}","by":{pieces},"reason":"RECEIVED"}}"#);
            staff.command("POST", "/v1/stock/adjustments", &body).await;
        }
    }

    /// Pieces on hand and reserved of each SKU.
    async fn stock(&self, case: &str) -> Vec<(u64, u64)> {
        let staff = self.buyer();
        let mut levels = Vec::new();
        for index in 0..SKUS {
            let path = format!("/v1/stock/items?location={LOCATION}&sku={}", sku(case, index));
            let item = staff.command("GET", &path, "").await;
            levels.push((item["level"]["onHand"].as_u64().unwrap(), item["level"]["reserved"].as_u64().unwrap()));
        }
        levels
    }
}

#[tokio::main]
async fn main() {
    let cases = std::env::var("BENCH_CASES").unwrap_or_else(|_| "drill rate latency".to_owned());
    println!("topic_partitions={}", std::env::var("TOPIC_PARTITIONS").unwrap_or_else(|_| "as declared".to_owned()));
    let shop = Arc::new(Shop::open().await);
    for case in cases.split_whitespace() {
        match case {
            "drill" => drill(&shop).await,
            "rate" => rate(&shop).await,
            "latency" => latency(&shop).await,
            other => panic!("BENCH_CASES names {other}; it takes drill, rate and latency"),
        }
    }
}

fn seconds() -> Duration {
    Duration::from_secs(number("BENCH_SECONDS", 20))
}

fn warm_up() -> Duration {
    Duration::from_secs(number("BENCH_WARM_UP", 60))
}

fn sku(case: &str, index: usize) -> String {
    format!("{case}-{index}")
}

/// The order of a number: the same in each run. One to three pieces of any SKU.
fn wanted(case: &str, order: usize, without_money: f64) -> Wanted {
    let mut hasher = DefaultHasher::new();
    order.hash(&mut hasher);
    let mixed = hasher.finish();
    let pieces = 1 + u32::try_from(mixed % 3).unwrap();
    let sku = sku(case, usize::try_from(mixed / 3 % SKUS as u64).unwrap());
    let share = (mixed / 1_000 % 10_000) as f64 / 10_000.0;
    let lines = vec![WantedLine { sku, pieces, price_minor: PRICE_MINOR }];
    Wanted { customer: None, currency: "EUR", lines, has_money: share >= without_money }
}

async fn drill(shop: &Arc<Shop>) {
    let orders = number("BENCH_ORDERS", 10_000);
    let received = (orders as f64 * PIECES_PER_ORDER / SKUS as f64) as u64;
    let front = Process::start(&shop.address, "command,relay,projection,query", &shop.variables).await;
    let worker = Process::start(&free_address(), "worker", &shop.variables).await;
    shop.receives("drill", received).await;
    shop.provider.is_silent_about(WITHOUT_ANSWER);
    let (next, done) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let begun = Instant::now();
    let buyers = (0..BUYERS).map(|_| {
        let (buyer, next, done) = (shop.buyer(), Arc::clone(&next), Arc::clone(&done));
        tokio::spawn(async move {
            let mut lives = Vec::new();
            loop {
                let order = next.fetch_add(1, Ordering::Relaxed);
                if order >= orders {
                    return lives;
                }
                lives.push(buyer.lives(&wanted("drill", order, WITHOUT_MONEY), LIFE_MAX).await);
                let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                if done.is_multiple_of(1_000) {
                    eprintln!("saga: {done} of {orders} orders have ended");
                }
            }
        })
    });
    let buyers: Vec<_> = buyers.collect();
    let sold = async {
        let mut lives = Vec::new();
        for buyer in buyers {
            lives.extend(buyer.await.unwrap());
        }
        (lives, begun.elapsed())
    };
    let ((lives, took), (front, worker)) = tokio::join!(sold, kill_in_the_middle(front, worker, orders, &done));
    let counted = count(&lives, &shop.provider.ledger());
    let mut oversold = 0;
    let mut stock_difference = 0;
    for (index, (on_hand, reserved)) in shop.stock("drill").await.into_iter().enumerate() {
        let sold = counted.delivered_pieces.get(&sku("drill", index)).copied().unwrap_or_default();
        oversold += sold.saturating_sub(received);
        stock_difference += received.abs_diff(on_hand + sold) + reserved;
    }
    println!("drill_orders={orders}");
    println!("drill_seconds={:.0}", took.as_secs_f64());
    println!("delivered={}", counted.delivered);
    println!("undone={}", counted.undone);
    for (cause, count) in &counted.undone_because {
        println!("undone_because_{cause}={count}");
    }
    println!("unfinished={}", counted.unfinished);
    println!("oversold={oversold}");
    println!("double_captures={}", counted.double_captures);
    println!("money_difference={}", counted.money_difference);
    println!("stock_difference={stock_difference}");
    for life in lives.iter().filter(|life| life.is_delivered().is_none()) {
        eprintln!("saga: order {} has not ended: {:?}", life.id, life.progress);
    }
    let audited = Instant::now();
    audit();
    println!("audit=clean");
    println!("audit_seconds={:.0}", audited.elapsed().as_secs_f64());
    shop.provider.is_silent_about(0.0);
    tokio::join!(front.killed(), worker.killed());
}

async fn kill_in_the_middle(
    mut front: Process,
    mut worker: Process,
    orders: usize,
    done: &AtomicUsize,
) -> (Process, Process) {
    let after = async |share: f64| {
        let middle = (orders as f64 * share) as usize;
        wait_until(DRILL_MAX, LOOK, async || done.load(Ordering::Relaxed) >= middle).await.unwrap();
    };
    for share in KILL_WORKER_AFTER {
        after(share).await;
        worker.killed_and_started().await;
        eprintln!("saga: killed coordinator, inventory, payment and fulfilment");
    }
    after(KILL_FRONT_AFTER).await;
    front.killed_and_started().await;
    eprintln!("saga: killed commands, relay, projections and queries");
    (front, worker)
}

const ROLES: &str = "command,worker,relay,projection,query";

async fn rate(shop: &Arc<Shop>) {
    let connections = number("BENCH_CONNECTIONS", BUYERS);
    let rounds = number("BENCH_ROUNDS", 3);
    let mut peers = Peers::build().await;
    let counters = Counters::start().await;
    let mut ours = Vec::new();
    for round in 1..=rounds {
        let engine = Process::start(&shop.address, ROLES, &shop.variables).await;
        if round == 1 {
            shop.receives("rate", PLENTY).await;
            let _warm = load(shop, "rate", connections, warm_up()).await;
        }
        let _warm = load(shop, "rate", connections, WARM_UP).await;
        let before = counters.read(engine.pid()).await;
        let begun = Instant::now();
        let lives = load(shop, "rate", connections, seconds()).await;
        let took = begun.elapsed().as_secs_f64();
        let spent = counters.read(engine.pid()).await;
        let counted = count(&lives, &shop.provider.ledger());
        assert_eq!((counted.undone, counted.unfinished, counted.money_difference), (0, 0, 0));
        ours.push(lives.len() as f64 / took);
        spent.print_per_saga(&before, lives.len());
        hops(&lives, "rate");
        engine.killed().await;
        peers.run(Load { concurrent: connections, warm_up: WARM_UP, time: seconds() }).await;
        eprintln!("saga: round {round} of {rounds}: {:.0}/s", ours[round - 1]);
    }
    println!("sagas_per_s={:.1}", median(ours.clone()));
    peers.print(&ours);
}

/// Buyers who order one thing after the other for a time, and those orders' lives.
async fn load(shop: &Arc<Shop>, case: &'static str, buyers: usize, time: Duration) -> Vec<Life> {
    let is_over = Arc::new(AtomicBool::new(false));
    let tasks = (0..buyers).map(|number| {
        let (buyer, is_over) = (shop.buyer(), Arc::clone(&is_over));
        tokio::spawn(async move {
            let mut lives = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                let order = lives.len() * 1_000 + number;
                lives.push(buyer.lives(&wanted(case, order, 0.0), LIFE_MAX).await);
            }
            lives
        })
    });
    let tasks: Vec<_> = tasks.collect();
    pause(time, &CancellationToken::new()).await;
    is_over.store(true, Ordering::Relaxed);
    let mut lives = Vec::new();
    for task in tasks {
        lives.extend(task.await.unwrap());
    }
    lives
}

/// Prints how long each hop took.
fn hops(lives: &[Life], case: &str) {
    let print = |name: &str, from: fn(&Life) -> Option<Instant>, to: fn(&Life) -> Option<Instant>| {
        let mut latencies = Latencies::default();
        for life in lives {
            if let (Some(from), Some(to)) = (from(life), to(life)) {
                latencies.push(to.saturating_duration_since(from));
            }
        }
        latencies.print(&format!("{case}_{name}"));
    };
    print("placed_to_reserved", |life| Some(life.placed), |life| life.progress.reserved);
    print("reserved_to_payable", |life| life.progress.reserved, |life| life.progress.payable);
    print("payable_to_paid", |life| life.progress.payable, |life| life.paid);
    print("paid_to_authorized", |life| life.paid, |life| life.progress.authorized);
    print("authorized_to_confirmed", |life| life.progress.authorized, |life| life.progress.confirmed);
    print("placed_to_confirmed", |life| Some(life.placed), |life| life.progress.confirmed);
    print(
        "confirmed_to_released",
        |life| life.progress.confirmed,
        |life| life.progress.released.as_ref().map(|(_, at)| *at),
    );
    print("placed_to_ended", |life| Some(life.placed), |life| life.progress.ended.as_ref().map(|(_, at)| *at));
}

async fn latency(shop: &Arc<Shop>) {
    let engine = Process::start(&shop.address, ROLES, &shop.variables).await;
    shop.receives("latency", PLENTY).await;
    let _warm = load(shop, "latency", BUYERS, warm_up()).await;
    let _warm = arrivals(shop, WARM_UP).await;
    let counters = Counters::start().await;
    let before = counters.read(engine.pid()).await;
    let lives = arrivals(shop, seconds()).await;
    counters.read(engine.pid()).await.print_per_saga(&before, lives.len());
    let mut confirm = Latencies::default();
    for life in &lives {
        confirm.push(life.progress.confirmed.map_or(Duration::MAX, |at| at.saturating_duration_since(life.placed)));
    }
    confirm.print("confirm");
    hops(&lives, "latency");
    engine.killed().await;
}

/// Customers who come at a steady rate, whether or not those before are served.
async fn arrivals(shop: &Arc<Shop>, time: Duration) -> Vec<Life> {
    let mut ticks = tokio::time::interval(Duration::from_secs_f64(1.0 / number("BENCH_ORDERS_PER_S", ORDERS_PER_S)));
    let mut tasks = Vec::new();
    let end = Instant::now() + time;
    while Instant::now() < end {
        ticks.tick().await;
        let (buyer, order) = (shop.buyer(), tasks.len());
        tasks.push(tokio::spawn(async move { buyer.lives(&wanted("latency", order, 0.0), LIFE_MAX).await }));
    }
    let mut lives = Vec::new();
    for task in tasks {
        lives.push(task.await.unwrap());
    }
    lives
}
