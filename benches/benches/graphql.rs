//! Order list and order detail through GraphQL, with tokens, against one statement of SQL that gives the same answer
//! through pgbench. Cells are interleaved; medians are printed as `name=value`.
//!
//! `BENCH_SECONDS` (4) is the length of a cell, `BENCH_ROUNDS` (3) how often each is run.

#![expect(clippy::unwrap_used, reason = "a benchmark ends at the first surprise")]
#![expect(clippy::disallowed_methods, reason = "its length comes from the environment, its seeds from the machine")]

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use benches::drive::{closed_loops, median};
use benches::engine::Engine;
use benches::history::filled_log;
use benches::http::Connection;
use benches::whole::variable;
use order_engine::Role;
use order_engine::StoreLog;
use read_models::rebuild::Log;
use read_models::{Applier, Orders};
use serde_json::Value;
use tokio::process::Command;
use tokio::sync::Mutex;
use tokio_postgres::NoTls;

const CONNECTIONS: usize = 64;
/// Forty thousand orders.
const EVENTS: i64 = 200_000;
const BATCH: usize = 2_000;
/// Orders of a page, as in the statement.
const PAGE: usize = 50;
const FIELDS: &str =
    "orderId number state currency placedAt totals { total { minor } lineCount } customer { customerId }";

#[tokio::main]
async fn main() {
    let number =
        |name: &str, default: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let time = Duration::from_secs(number("BENCH_SECONDS", 4));
    let rounds = number("BENCH_ROUNDS", 3);
    let engine = Engine::start(&[Role::Query]).await;
    fill().await;
    let lists = Arc::new(lists(&engine).await);
    let details = Arc::new((0..EVENTS / 5).map(detail).collect::<Vec<_>>());
    let list_sql = include_str!("../sql/order_list.sql");
    let detail_sql = include_str!("../sql/order_detail.sql");
    for (name, bodies, statement) in [("list", lists, list_sql), ("detail", details, detail_sql)] {
        same_answer(&engine, name, &bodies[0]).await;
        graphql(&engine, &bodies, time / 2).await;
        let mut ours = Vec::new();
        let mut sql = Vec::new();
        for round in 1..=rounds {
            ours.push(graphql(&engine, &bodies, time).await);
            sql.push(pgbench(statement, time).await);
            eprintln!("graphql: {name}, round {round} of {rounds} done");
        }
        let ours = median(ours);
        let sql = median(sql);
        println!("order_{name}_per_s={ours:.0}");
        println!("order_{name}_json_agg_per_s={sql:.0}");
        println!("order_{name}_vs_json_agg={:.2}", ours / sql);
    }
}

/// Applies a log to the live tables.
async fn fill() {
    let (_database, store, events) = filled_log(EVENTS).await;
    let (mut client, connection) = tokio_postgres::connect(&variable("READ_DATABASE_URL"), NoTls).await.unwrap();
    tokio::spawn(connection);
    let log = StoreLog(store);
    let applier = Applier::<Orders>::open(&client).await.unwrap();
    let records = log.page(0, 0, events).await.unwrap();
    for batch in records.chunks(BATCH) {
        let transaction = client.transaction().await.unwrap();
        applier.apply(&transaction, batch).await.unwrap();
        transaction.commit().await.unwrap();
    }
    for table in ["order_summary", "order_lines", "customer_summary"] {
        client.batch_execute(&format!("VACUUM ANALYZE {table}")).await.unwrap();
    }
}

fn body(query: &str, variables: Value) -> String {
    serde_json::json!({ "query": query, "variables": variables }).to_string()
}

/// Requests for all pages of the placed orders but the last.
async fn lists(engine: &Engine) -> Vec<String> {
    let query = format!(
        "query($after: String) {{ orders(first: {PAGE}, after: $after, where: {{ state: {{ eq: PLACED }} }}) {{ \
         nodes {{ {FIELDS} }} pageInfo {{ endCursor hasNextPage }} }} }}"
    );
    let mut connection = Connection::open(&engine.address, &engine.token).await;
    let mut bodies = Vec::new();
    let mut after = Value::Null;
    loop {
        let body = body(&query, serde_json::json!({ "after": after }));
        let (status, answer) = connection.send("POST", "/graphql", "", &body).await;
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let page = &answer["data"]["orders"];
        assert!(status == 200 && page.is_object(), "{status} {answer}");
        if page["pageInfo"]["hasNextPage"] != true {
            return bodies;
        }
        bodies.push(body);
        after = page["pageInfo"]["endCursor"].clone();
    }
}

fn detail(number: i64) -> String {
    let query = format!(
        "query($number: String!) {{ order(number: $number) {{ {FIELDS} \
         lines(first: 20) {{ nodes {{ lineId sku quantity unitPrice {{ amount }} total {{ minor }} }} }} }} }}"
    );
    body(&query, serde_json::json!({ "number": number.to_string() }))
}

/// Checks that the measured requests return data.
async fn same_answer(engine: &Engine, name: &str, body: &str) {
    let mut connection = Connection::open(&engine.address, &engine.token).await;
    let (_, answer) = connection.send("POST", "/graphql", "", body).await;
    let document: Value = serde_json::from_str(&answer).unwrap();
    let whole = match name {
        "list" => document["data"]["orders"]["nodes"].as_array().is_some_and(|nodes| nodes.len() == PAGE),
        _ => document["data"]["order"]["lines"]["nodes"].as_array().is_some_and(|nodes| !nodes.is_empty()),
    };
    assert!(whole, "{answer}");
}

/// Requests a second.
async fn graphql(engine: &Engine, bodies: &Arc<Vec<String>>, time: Duration) -> f64 {
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(Mutex::new(Connection::open(&engine.address, &engine.token).await));
    }
    let connections = Arc::new(connections);
    let bodies = Arc::clone(bodies);
    let cell = closed_loops(CONNECTIONS, time, move |task, count| {
        let connections = Arc::clone(&connections);
        let bodies = Arc::clone(&bodies);
        async move {
            let count = usize::try_from(count).unwrap();
            let body = &bodies[(task * 7_919 + count * 31) % bodies.len()];
            connections[task].lock().await.send("POST", "/graphql", "", body).await.0 == 200
        }
    })
    .await;
    assert_eq!(cell.failed, 0);
    cell.rate()
}

/// Statements a second, as pgbench prints them.
async fn pgbench(statement: &str, time: Duration) -> f64 {
    let script = std::env::temp_dir().join(format!("order-engine-bench-{}.sql", std::process::id()));
    std::fs::write(&script, statement).unwrap();
    let connections = CONNECTIONS.to_string();
    let seconds = time.as_secs().to_string();
    let output = Command::new(pgbench_program())
        .args(["-n", "-M", "prepared", "-c", &connections, "-j", "2", "-T", &seconds, "-f"])
        .arg(&script)
        .arg(variable("READ_DATABASE_URL"))
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    std::fs::remove_file(&script).unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    let rate = printed.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    rate.unwrap_or_else(|| panic!("{printed}{}", String::from_utf8_lossy(&output.stderr)))
}

/// The path of pgbench: in `POSTGRES_BIN`, or of the newest installed version.
fn pgbench_program() -> PathBuf {
    if let Some(folder) = std::env::var_os("POSTGRES_BIN") {
        return PathBuf::from(folder).join("pgbench");
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").unwrap();
    let programs = versions.map(|version| version.unwrap().path().join("bin/pgbench"));
    programs.filter(|program| program.exists()).max().unwrap()
}
