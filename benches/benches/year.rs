//! A real year, placed live: the invoices of the file that `ORDERS_DATA` holds, each at its time on a clock that is `BENCH_PACE` (30,000)
//! times as fast as the machine's and that every role of the engine has, too. Goods are received week by week as the file sold them.
//! Each order is driven by its saga, paid at a simulated provider, packed, shipped and delivered.
//!
//! `BENCH_ORDERS` takes only the first orders of the year. No more than 256 orders are under way at once, those aside that wait for stock
//! or for anything else for long; how late orders are placed because of that is printed.
//!
//! Prints orders by outcome and reason, and by how much stock and money differ from what the file says, as name=value lines.

#![expect(clippy::unwrap_used, reason = "a benchmark ends at the first surprise")]
#![expect(clippy::disallowed_methods, reason = "its length comes from the environment, its times from the machine")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use benches::engine::Engine;
use benches::sagas::LOCATION;
use benches::sagas::connections::Connections;
use benches::sagas::count::count;
use benches::sagas::followed::Followed;
use benches::sagas::order::{Buyer, Life};
use benches::sagas::provider::Provider;
use benches::whole::{audit, number, variable};
use benches::year::clock::FastClock;
use benches::year::file::{Year, YearOrder};
use benches::year::stock::{Receipt, receipts};
use domain::Timestamp;
use futures::{StreamExt, stream};
use order_engine::{Role, Surroundings};
use service_kit::clock::{Clock, SharedClock};
use service_kit::poll::pause;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

const FILE: &str = "online-retail-2010-2011.csv.gz";
const START: &str = "2010-12-01T00:00:00Z";
const TENANT: &str = "bench-year";
const AT_ONCE: usize = 256;
/// Adjustments of stock at once.
const RECEIVED_AT_ONCE: usize = 32;
/// From then on an order is one that waits.
const WAITS_AFTER: Duration = Duration::from_secs(10);
/// Longest life of an order by the machine's clock: what waits for stock is given up before.
const LIFE_MAX: Duration = Duration::from_secs(1_200);

/// Times in seconds of the fast clock. An answer that takes a second of the machine's has taken eight hours.
const POLICIES: &str = "[default]\nlocations = [\"zrh-1\"]\nanswer_s = 864000\npause_s_max = 8640000\nstock_hold_s = 8640000\n\
                        confirmed_hold_s = 31536000\nrenew_before_s = 86400\nstock_wait_s = 1814400\nstock_retry_s = 259200\n\
                        payment_window_s = 8640000\naccept_s = 8640000\npack_s = 8640000\nship_s = 8640000\n\
                        deliver_s = 8640000\nscreening.many_orders_a_day = 0\nscreening.large_total_minor = 1000000\n\
                        screening.large_total_points = 100\n";

struct Shop {
    clock: Arc<FastClock>,
    connections: Arc<Connections>,
    followed: Arc<Followed>,
}

impl Shop {
    fn buyer(&self) -> Buyer {
        Buyer::new(&self.connections, &self.followed)
    }

    async fn is(&self, moment: Timestamp) {
        pause(self.clock.until(moment), &CancellationToken::new()).await;
    }

    async fn receives(&self, receipt: &Receipt) {
        let staff = self.buyer();
        let adjust = |(sku, pieces): (&String, &u64)| {
            let body = format!(r#"{{"location":"{LOCATION}","sku":"{sku}","by":{pieces},"reason":"RECEIVED"}}"#);
            let staff = &staff;
            async move { staff.command("POST", "/v1/stock/adjustments", &body).await }
        };
        stream::iter(&receipt.pieces).map(adjust).buffer_unordered(RECEIVED_AT_ONCE).for_each(async |_| ()).await;
    }

    /// Pieces on hand and reserved of a SKU.
    async fn level(&self, sku: &str) -> (u64, u64) {
        let path = format!("/v1/stock/items?location={LOCATION}&sku={sku}");
        let item = self.buyer().command("GET", &path, "").await;
        (item["level"]["onHand"].as_u64().unwrap(), item["level"]["reserved"].as_u64().unwrap())
    }
}

#[tokio::main]
async fn main() {
    let mut year = Year::read(&PathBuf::from(variable("ORDERS_DATA")).join(FILE));
    for (reason, rows) in &year.left_out {
        println!("rows_left_out_{reason}={rows}");
    }
    println!("rows={}", year.rows);
    println!("rows_ordered={}", year.orders.iter().map(|order| order.wanted.lines.len()).sum::<usize>());
    year.orders.truncate(number("BENCH_ORDERS", usize::MAX));
    let start = Timestamp::try_from(START.to_owned()).unwrap();
    let pace = number("BENCH_PACE", 30_000.0);
    let clock = Arc::new(FastClock::new(start, pace));
    let provider = Provider::start_by(Arc::clone(&clock) as SharedClock).await;
    let policies = format!("{}/bench-policies.toml", variable("ORDERS_STATE"));
    std::fs::write(&policies, POLICIES).unwrap();
    let mut settings = vec![("SAGA_POLICIES_FILE", &*policies)];
    settings.extend(provider.settings());
    let surroundings = Surroundings { clock: Arc::clone(&clock) as SharedClock, ..Surroundings::default() };
    let engine = Engine::start_in(&Role::ALL, TENANT, &settings, surroundings).await;
    let connections = Arc::new(Connections::new(&engine.address, &engine.token));
    let shop = Arc::new(Shop { clock, connections, followed: Arc::new(Followed::start()) });
    let mut receipts = receipts(&year.orders, start);
    let after = receipts.split_off(1);
    shop.receives(&receipts[0]).await;
    shop.clock.begin();
    let begun = Instant::now();
    let (lives, ()) = tokio::join!(sell(&shop, year.orders), async {
        for receipt in &after {
            shop.is(receipt.at).await;
            shop.receives(receipt).await;
        }
    });
    let took = begun.elapsed();
    receipts.extend(after);
    println!("orders={}", lives.len());
    println!("seconds={:.0}", took.as_secs_f64());
    println!("orders_per_s={:.1}", lives.len() as f64 / took.as_secs_f64());
    print_lateness(&lives, pace);
    print_count(&shop, &lives, &receipts, &provider).await;
    audit();
    println!("audit=clean");
}

/// An order's life, and how late it was placed, in seconds of the fast clock.
struct Placed {
    life: Life,
    late_s: f64,
}

async fn sell(shop: &Arc<Shop>, orders: Vec<YearOrder>) -> Vec<Placed> {
    let at_once = Arc::new(Semaphore::new(AT_ONCE));
    let done = Arc::new(AtomicUsize::new(0));
    let all = orders.len();
    let mut tasks = Vec::with_capacity(all);
    for order in orders {
        shop.is(order.at).await;
        let permit = Arc::clone(&at_once).acquire_owned().await.unwrap();
        let (shop, done) = (Arc::clone(shop), Arc::clone(&done));
        tasks.push(tokio::spawn(async move {
            let buyer = shop.buyer();
            let late_s = (shop.clock.now().micros() - order.at.micros()) as f64 / 1e6;
            let life = buyer.places(&order.wanted).await;
            let whole = buyer.sees_through(life, LIFE_MAX);
            tokio::pin!(whole);
            let in_time = tokio::time::timeout(WAITS_AFTER, &mut whole).await;
            drop(permit);
            let life = match in_time {
                Ok(life) => life,
                Err(_) => whole.await,
            };
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            if done.is_multiple_of(500) {
                let now = shop.clock.now().to_rfc3339();
                eprintln!(
                    "year: {done} of {all} orders have ended; it is {now}; {} was {late_s:.0} s late",
                    order.invoice
                );
            }
            Placed { life, late_s }
        }));
    }
    let mut placed = Vec::with_capacity(all);
    for task in tasks {
        placed.push(task.await.unwrap());
    }
    placed
}

/// Prints how late orders were placed, by the machine's clock.
fn print_lateness(placed: &[Placed], pace: f64) {
    let mut late: Vec<f64> = placed.iter().map(|placed| placed.late_s / pace).collect();
    late.sort_by(f64::total_cmp);
    for percent in [50, 99, 100] {
        println!("placed_late_p{percent}_s={:.2}", late[(late.len() * percent / 100).min(late.len() - 1)]);
    }
}

async fn print_count(shop: &Shop, placed: &[Placed], receipts: &[Receipt], provider: &Provider) {
    let lives: Vec<Life> = placed.iter().map(|placed| placed.life.clone()).collect();
    let counted = count(&lives, &provider.ledger());
    println!("delivered={}", counted.delivered);
    println!("undone={}", counted.undone);
    for (cause, count) in &counted.undone_because {
        println!("undone_because_{cause}={count}");
    }
    println!("unfinished={}", counted.unfinished);
    println!("double_captures={}", counted.double_captures);
    println!("money_difference={}", counted.money_difference);
    let delivered = lives.iter().filter(|life| life.is_delivered() == Some(true));
    println!("delivered_minor={}", delivered.map(|life| life.wanted.total()).sum::<i64>());
    println!("ordered_minor={}", lives.iter().map(|life| life.wanted.total()).sum::<i64>());
    let mut received: BTreeMap<&str, u64> = BTreeMap::new();
    for (sku, pieces) in receipts.iter().flat_map(|receipt| &receipt.pieces) {
        *received.entry(sku).or_default() += pieces;
    }
    let (mut oversold, mut difference, mut still_reserved) = (0, 0, 0);
    for (sku, received) in &received {
        let (on_hand, reserved) = shop.level(sku).await;
        let sold = counted.delivered_pieces.get(*sku).copied().unwrap_or_default();
        oversold += sold.saturating_sub(*received);
        difference += received.abs_diff(on_hand + sold);
        still_reserved += reserved;
        if received.abs_diff(on_hand + sold) + reserved > 0 {
            eprintln!("year: {sku}: received {received}, sold {sold}, on hand {on_hand}, reserved {reserved}");
        }
    }
    println!("skus={}", received.len());
    println!("oversold={oversold}");
    println!("stock_difference={difference}");
    println!("still_reserved={still_reserved}");
    let told = shop.followed.told();
    println!("expired_reservations={}", told.expired_reservations);
    for (kind, count) in &told.tasks {
        println!("tasks_opened_{kind}={count}");
    }
    for life in lives.iter().filter(|life| life.is_delivered().is_none()) {
        eprintln!("year: order {} has not ended: {:?}", life.id, life.progress);
    }
}
