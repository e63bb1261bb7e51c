//! Time from sending a command until a query shows its effect, under a steady rate that does not wait for answers.
//! Every role runs in one process.
//!
//! `BENCH_RATE` (500) commands a second for `BENCH_SECONDS` (20) after five to warm up: orders are drafted, filled,
//! addressed and placed. Each command is followed by a query with its consistency token. Prints name=value lines.

#![expect(clippy::unwrap_used, reason = "a benchmark ends at the first surprise")]
#![expect(clippy::disallowed_methods, reason = "a benchmark takes its settings and times from the machine")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use benches::engine::Engine;
use benches::http::Connection;
use benches::whole::numbers::Latencies;
use order_engine::Role;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::MissedTickBehavior;
use uuid::Uuid;

const WARM_UP_SECONDS: u64 = 5;
/// Orders in progress at once; each gets its next command after all the others have got one.
const SLOTS: usize = 100;
const STEPS: usize = 4;
const LINE: &str = r#"{"sku":"85123A","description":"T-light holder","quantity":6,"unitPrice":"2.55"}"#;
const ADDRESS: &str = r#"{"kind":"SHIPPING","name":"A. Recipient","line1":"1 Long Street","city":"London","postalCode":"N1","country":"GB"}"#;

/// An order in progress.
struct Slot {
    /// Commands of one order run one after the other, however late a response is; the wait is measured.
    commands: Mutex<(Connection, String)>,
    queries: Mutex<Connection>,
}

/// The measured times of one command.
struct Seen {
    answered: Duration,
    shown: Duration,
}

#[tokio::main]
async fn main() {
    let number = |name: &str, default: u64| {
        std::env::var(name).ok().map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
    };
    let rate = number("BENCH_RATE", 500);
    let seconds = number("BENCH_SECONDS", 20);
    let engine = Engine::start(&Role::ALL).await;
    let mut slots = Vec::new();
    for _ in 0..SLOTS {
        let commands = Connection::open(&engine.address, &engine.token).await;
        let queries = Connection::open(&engine.address, &engine.token).await;
        slots.push(Arc::new(Slot { commands: Mutex::new((commands, String::new())), queries: Mutex::new(queries) }));
    }
    let warm = usize::try_from(rate * WARM_UP_SECONDS).unwrap();
    let all = usize::try_from(rate * (WARM_UP_SECONDS + seconds)).unwrap();
    let mut tick = tokio::time::interval(Duration::from_secs_f64(1.0 / rate as f64));
    // Missed ticks are made up for at once, so that the rate is kept.
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut sent = Vec::with_capacity(all);
    let mut started = Instant::now();
    for count in 0..all {
        let due = tick.tick().await.into_std();
        if count == warm {
            started = due;
        }
        sent.push(tokio::spawn(command(Arc::clone(&slots[count % SLOTS]), count / SLOTS % STEPS, due)));
    }
    let took = started.elapsed();
    let mut answered = Latencies::default();
    let mut shown = Latencies::default();
    for (count, seen) in sent.into_iter().enumerate() {
        let seen = seen.await.unwrap();
        if count >= warm {
            answered.push(seen.answered);
            shown.push(seen.shown);
        }
    }
    println!("commands_per_s={:.0}", (all - warm) as f64 / took.as_secs_f64());
    answered.print_ms("command_to_answer");
    shown.print_ms("command_to_query");
}

/// Takes an order's next step and waits until GraphQL shows it; both times run from when it was due.
async fn command(slot: Arc<Slot>, step: usize, due: Instant) -> Seen {
    let token = {
        let mut guard = slot.commands.lock().await;
        let (connection, order) = &mut *guard;
        let (method, path, body) = match step {
            0 => ("POST", "/v1/orders".to_owned(), r#"{"customer":"customer-000042","currency":"GBP"}"#),
            1 => ("POST", format!("/v1/orders/{order}/lines"), LINE),
            2 => ("PUT", format!("/v1/orders/{order}/address"), ADDRESS),
            _ => ("POST", format!("/v1/orders/{order}/place"), "{}"),
        };
        let key = format!("idempotency-key: {}\r\n", Uuid::new_v4());
        let (status, answer) = connection.send(method, &path, &key, body).await;
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        let answer: Value = serde_json::from_str(&answer).unwrap();
        answer["orderId"].as_str().unwrap().clone_into(order);
        format!("order:{order}@{}", answer["version"])
    };
    let answered = due.elapsed();
    let (order, version) = token.split_once('@').unwrap();
    let query = format!(
        r#"{{"query":"query($id: ID!) {{ order(id: $id) {{ version state }} }}","variables":{{"id":"{order}"}}}}"#
    );
    let header = format!("order-consistency-token: {token}\r\n");
    let mut connection = slot.queries.lock().await;
    let (status, answer) = connection.send("POST", "/graphql", &header, &query).await;
    let seen: Value = serde_json::from_str(&answer).unwrap();
    let seen = seen["data"]["order"]["version"].as_i64().unwrap_or_else(|| panic!("{status} {answer}"));
    assert!(seen >= version.parse().unwrap(), "{answer} is older than {token}");
    Seen { answered, shown: due.elapsed() }
}
