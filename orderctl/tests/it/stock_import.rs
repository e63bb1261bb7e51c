//! `stock import` into inventory over a log of its own, whose answers fail as they are told to.

use command_kit::http::CommandLimits;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use domain::TenantId;
use event_store::{Store, StoreOptions};
use inventory::{Deps, Inventory};
use order_import::testing::{Scratch, read_report};
use serde_json::{Value, json};
use service_kit::auth::Role;
use service_kit::clock::{SystemClock, SystemIds};
use service_kit::testing::{TestDatabase, TestIssuer};

use crate::program::{Ended, orderctl};

const HEADER: &str = "location,sku,on_hand,safety_stock,allows_backorder\n";
/// Of the body of a request.
const BYTES_MAX: usize = 64 * 1_024;

struct World {
    _database: TestDatabase,
    scratch: Scratch,
    url: String,
    token: String,
    /// Requests from this one on are answered 503.
    down_from: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

/// Refuses what holds the SKU `cursed`, as a rule that only the engine knows would.
async fn refuse_cursed(request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, BYTES_MAX).await.unwrap();
    if String::from_utf8_lossy(&body).contains("\"cursed\"") {
        let problem = json!({"type": "urn:order-engine:problem:cursed", "title": "Not here", "detail": "no luck"});
        return (StatusCode::UNPROCESSABLE_ENTITY, problem.to_string()).into_response();
    }
    next.run(Request::from_parts(head, Body::from(body))).await
}

impl World {
    async fn open(name: &str) -> Self {
        let database = TestDatabase::migrated(event_store::migrations()).await;
        let store = Store::open(database.url(), StoreOptions::default()).await.unwrap();
        let issuer = TestIssuer::new(Arc::new(SystemClock)).await;
        let inventory = Arc::new(Inventory::new(store, Arc::new(SystemClock), Arc::new(SystemIds), &[7; 32]));
        let deps = Deps { inventory, verifier: issuer.verifier(), limits: CommandLimits::default() };
        let requests = Arc::new(AtomicUsize::new(0));
        let down_from = Arc::new(AtomicUsize::new(usize::MAX));
        let (counted, limit) = (Arc::clone(&requests), Arc::clone(&down_from));
        let fail = from_fn(move |request: Request, next: Next| {
            let is_down = counted.fetch_add(1, Ordering::SeqCst) >= limit.load(Ordering::SeqCst);
            async move { if is_down { StatusCode::SERVICE_UNAVAILABLE.into_response() } else { next.run(request).await } }
        });
        let router = inventory::router(deps).0.layer(from_fn(refuse_cursed)).layer(fail);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, router).await });
        let token = issuer.token(Role::Clerk, &TenantId::try_new("shop").unwrap(), None);
        Self { _database: database, scratch: Scratch::new(name), url, token, down_from, requests }
    }

    /// Imports a file; also returns the report, which is `null` where there is none.
    async fn import(&self, content: &str, flags: &[&str]) -> (Ended, Value) {
        self.import_to(&self.url, content, flags).await
    }

    async fn import_to(&self, url: &str, content: &str, flags: &[&str]) -> (Ended, Value) {
        let (file, report) = (self.scratch.file("stock.csv"), self.scratch.file("report.json"));
        std::fs::write(&file, content).unwrap();
        let _none = std::fs::remove_file(&report);
        let (file, report_path) = (file.to_str().unwrap(), report.to_str().unwrap());
        let fixed = ["stock", "import", file, "--patience-s", "1", "--report", report_path];
        let settings = [("ENGINE_URL", url), ("ENGINE_TOKEN", &self.token)];
        let ended = orderctl(&settings, &[&fixed[..], flags].concat()).await;
        let report = if report.exists() { read_report(&report) } else { Value::Null };
        (ended, report)
    }

    async fn count(&self, sku: &str, counted: u64) {
        let request = reqwest::Client::new()
            .post(format!("{}/v1/stock/counts", self.url))
            .bearer_auth(&self.token)
            .header("idempotency-key", "a-count")
            .header("content-type", "application/json")
            .body(json!({"location": "zrh-1", "sku": sku, "counted": counted}).to_string());
        assert_eq!(request.send().await.unwrap().status(), 200);
    }

    /// The quantities of a SKU.
    async fn level(&self, sku: &str) -> Value {
        let url = format!("{}/v1/stock/items?location=zrh-1&sku={sku}", self.url);
        let answer = reqwest::Client::new().get(url).bearer_auth(&self.token).send().await.unwrap();
        serde_json::from_str::<Value>(&answer.text().await.unwrap()).unwrap()["level"].clone()
    }
}

fn rows(from: usize, to: usize) -> String {
    (from..to).fold(String::new(), |mut text, number| {
        writeln!(text, "zrh-1,sku-{number},{number},,").unwrap();
        text
    })
}

fn accounting(report: &Value) -> [u64; 6] {
    ["read", "added", "changed", "unchanged", "refused", "open"].map(|name| report["rows"][name].as_u64().unwrap())
}

#[tokio::test]
async fn a_file_is_imported_once_and_a_repeat_changes_nothing() {
    let world = World::open("stock-once").await;
    let broken = "zrh-1,sku-1,7,,\n,tea,1,,\nzrh-1,mug,-1,,\nzrh-1,mug,1,,yes\nzrh-1,mug,1\n";
    let content = format!("{HEADER}zrh-1,\"tea\",20,3,true\n{}{broken}", rows(1, 900));
    let (ended, report) = world.import(&content, &[]).await;
    assert_eq!((ended.code, accounting(&report)), (Some(1), [905, 900, 0, 0, 5, 0]), "{ended:?}");
    assert!(ended.output.contains("905 rows read = 900 added + 0 changed + 0 unchanged + 5 refused"), "{ended:?}");
    let refused: Vec<_> =
        report["refused"].as_array().unwrap().iter().map(|row| (&row["line"], &row["code"])).collect();
    let expected = [
        (902, "duplicate_row"),
        (903, "invalid_location"),
        (904, "invalid_on_hand"),
        (905, "invalid_allows_backorder"),
        (906, "unreadable_row"),
    ];
    let expected = expected.map(|(line, code)| (json!(line), json!(code)));
    assert_eq!(refused, expected.iter().map(|(line, code)| (line, code)).collect::<Vec<_>>());
    assert_eq!(world.requests.load(Ordering::SeqCst), 3);
    assert_eq!(
        (&world.level("tea").await["onHand"], &world.level("tea").await["safetyStock"]),
        (&json!(20), &json!(3))
    );

    // Whatever was sold since then is not put back.
    world.count("tea", 5).await;
    let (again, report) = world.import(&content, &[]).await;
    assert_eq!((again.code, accounting(&report)), (Some(1), [905, 0, 0, 900, 5, 0]), "{again:?}");
    assert_eq!(world.level("tea").await["onHand"], 5);
    let other = format!("{HEADER}zrh-1,tea,9,,\nzrh-1,sku-1,1,,\nzrh-1,new,1,,false\n");
    let (other, report) = world.import(&other, &[]).await;
    assert_eq!((other.code, accounting(&report)), (Some(0), [3, 1, 1, 1, 0, 0]), "{other:?}");
}

#[tokio::test]
async fn an_import_that_was_cut_short_goes_on_where_it_stopped() {
    let world = World::open("stock-resumed").await;
    let content = format!("{HEADER}{}", rows(0, 900));
    world.down_from.store(1, Ordering::SeqCst);
    let (cut, report) = world.import(&content, &[]).await;
    assert_eq!((cut.code, accounting(&report)), (Some(3), [900, 400, 0, 0, 0, 500]), "{cut:?}");
    assert_eq!(report["complete"], json!(false));
    assert!(cut.errors.contains("did not take the rows in for 1 s"), "{cut:?}");
    world.down_from.store(usize::MAX, Ordering::SeqCst);
    let (resumed, report) = world.import(&content, &[]).await;
    assert_eq!((resumed.code, accounting(&report)), (Some(0), [900, 500, 0, 400, 0, 0]), "{resumed:?}");
}

#[tokio::test]
async fn a_row_that_the_engine_refuses_is_found_and_the_others_are_imported() {
    let world = World::open("stock-refused").await;
    let content = format!("{HEADER}{}zrh-1,cursed,1,,\n{}", rows(0, 10), rows(10, 20));
    let (ended, report) = world.import(&content, &[]).await;
    assert_eq!((ended.code, accounting(&report)), (Some(1), [21, 20, 0, 0, 1, 0]), "{ended:?}");
    assert_eq!(report["refused"], json!([{"line": 12, "code": "cursed", "detail": "no luck"}]));
}

#[tokio::test]
async fn what_cannot_begin_or_end_is_3_and_a_dry_run_needs_no_engine() {
    let world = World::open("stock-unfinished").await;
    for (content, reason) in [
        ("zrh-1,tea,1,,\n".to_owned(), "no column"),
        (HEADER.replace("safety_stock", "safety"), "no column"),
        (HEADER.replace('\n', ",colour\n"), "means nothing here"),
        (format!("{HEADER}zrh-1,\"tea,1,,\n"), "is not closed"),
    ] {
        let (ended, report) = world.import(&content, &[]).await;
        assert_eq!((ended.code, &report), (Some(3), &Value::Null), "{content}");
        assert!(ended.errors.contains(reason), "{content}: {ended:?}");
    }
    let content = format!("{HEADER}zrh-1,tea,1,,\n");
    let (away, report) = world.import_to("http://127.0.0.1:1", &content, &[]).await;
    assert_eq!((away.code, accounting(&report)), (Some(3), [1, 0, 0, 0, 0, 1]), "{away:?}");
    let (tried, report) = world.import_to("http://127.0.0.1:1", &content, &["--dry-run"]).await;
    assert_eq!(
        (tried.code, &report["dry_run"], &report["complete"]),
        (Some(0), &json!(true), &json!(true)),
        "{tried:?}"
    );
    let refused = format!("{content}zrh-1,tea,2,,\n");
    let (tried, report) = world.import_to("http://127.0.0.1:1", &refused, &["--dry-run"]).await;
    assert_eq!((tried.code, accounting(&report)), (Some(1), [2, 0, 0, 0, 1, 1]), "{tried:?}");
    assert_eq!(world.requests.load(Ordering::SeqCst), 0);
}
