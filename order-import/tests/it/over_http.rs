//! Imports through HTTP, against an endpoint that fails in the ways a network and a restarting engine do.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::Currency;
use order_import::input::Origin;
use order_import::ledger::LineCounts;
use order_import::map::{ONLINE_RETAIL, Plan};
use order_import::progress::Progress;
use order_import::testing::{Endpoint, Fault, Running, Scratch, read_report, serve};
use order_import::{Choices, ImportOutcome, Job, import, sample};
use serde_json::json;
use tokio_util::sync::CancellationToken;

fn job(invoices: usize, report: Option<PathBuf>) -> Job {
    Job {
        origin: Origin::Memory { name: "sample".into(), content: sample::orders(invoices, 1).into() },
        plan: Arc::new(Plan::compile("online-retail", ONLINE_RETAIL, None).unwrap()),
        first: None,
        choices: Choices { partial: true, update: false },
        dry_run: false,
        report,
        patience: Duration::from_secs(20),
    }
}

async fn run(running: &Running, job: Job) -> ImportOutcome {
    import(job, running.engine.clone(), Progress::silent(), CancellationToken::new()).await.unwrap()
}

fn faults(faults: &[(usize, Fault)]) -> Endpoint {
    Endpoint { faults: Mutex::new(faults.iter().copied().collect()), ..Endpoint::default() }
}

#[tokio::test]
async fn a_second_run_changes_nothing_and_says_so() {
    let running = serve(Endpoint::default()).await;
    let scratch = Scratch::new("second-run");
    let one = scratch.file("one.json");
    let two = scratch.file("two.json");
    let first = run(&running, job(300, Some(one.clone()))).await;
    assert!(first.run.complete && first.error.is_none());
    assert_eq!(running.endpoint.token.lock().unwrap().as_deref(), Some("test-token"));
    let second = run(&running, job(300, Some(two.clone()))).await;
    let first_lines = first.ledger.lines;
    let second_lines = second.ledger.lines;
    assert_eq!(second_lines, LineCounts { imported: 0, already: first_lines.imported, ..first_lines });
    assert!(second.to_string().contains("Nothing changed"));
    let one = read_report(&one);
    let two = read_report(&two);
    for same in ["refused", "amount_rounded", "refused_by_code", "notes"] {
        assert_eq!(one[same], two[same], "{same}");
    }
    assert_eq!(one["amount"]["imported"], two["amount"]["already"]);
    assert_eq!(one["invoices"]["imported"], two["invoices"]["already"]);
    assert_eq!(one["invoices"]["partly_refused"], two["invoices"]["partly_refused"]);
}

#[tokio::test]
async fn the_report_has_the_promised_shape() {
    let running = serve(Endpoint { refuse: HashSet::from(["001000002".to_owned()]), ..Endpoint::default() }).await;
    let scratch = Scratch::new("shape");
    let path = scratch.file("report.json");
    let outcome = run(&running, job(120, Some(path.clone()))).await;
    let report = read_report(&path);
    let text = std::fs::read_to_string(&path).unwrap();
    let keys = ["lines", "invoices", "amount", "amount_rounded", "refused", "seconds", "lines_per_s"];
    let offsets: Vec<usize> = keys.iter().map(|key| text.find(&format!("\n  \"{key}\"")).unwrap()).collect();
    assert!(offsets.is_sorted());
    assert_eq!(report["lines"]["read"], outcome.ledger.lines.read);
    assert_eq!(report["amount"]["read"], outcome.ledger.amounts_in(Currency::GBP).read.to_string());
    assert!(report["invoices"]["partly_refused"].as_u64().unwrap() > 0);
    let refused = report["refused"].as_array().unwrap();
    assert_eq!(refused.len() as u64, outcome.ledger.lines.refused);
    let by_engine = refused.iter().find(|line| line["code"] == "order_number_taken").unwrap();
    assert_eq!(
        (&by_engine["invoice"], &by_engine["detail"]),
        (&json!("001000002"), &json!("taken; /number: by another order"))
    );
    assert!(by_engine["line"].as_u64().unwrap() > 1);
    assert_eq!(std::fs::read_dir(&scratch.0).unwrap().count(), 1, "nothing is left beside the report");
}

#[tokio::test]
async fn resets_failures_and_absences_lose_nothing_and_double_nothing() {
    let clean = serve(Endpoint::default()).await;
    let expected = run(&clean, job(900, None)).await;
    let failures = [
        (1, Fault::Unavailable),
        (2, Fault::ResetAfterHalf),
        (3, Fault::FailEverySecond),
        (4, Fault::Unavailable),
        (6, Fault::ResetAfterHalf),
        (7, Fault::FailEverySecond),
    ];
    let running = serve(faults(&failures)).await;
    let outcome = run(&running, job(900, None)).await;
    assert!(outcome.run.complete, "{:?}", outcome.error);
    assert_eq!(*running.endpoint.orders.lock().unwrap(), *clean.endpoint.orders.lock().unwrap());
    let lines = outcome.ledger.lines;
    let wanted = expected.ledger.lines;
    assert_eq!((lines.read, lines.refused), (wanted.read, wanted.refused));
    // What had arrived before a reset is found there by the next attempt.
    assert_eq!(lines.imported + lines.already, wanted.imported);
    assert!(lines.already > 0);
    assert_eq!(outcome.ledger.amounts_in(Currency::GBP).read, expected.ledger.amounts_in(Currency::GBP).read);
}

#[tokio::test]
async fn a_refused_request_ends_the_import_with_the_engines_words() {
    let running = serve(faults(&[(1, Fault::Forbidden), (2, Fault::Forbidden), (3, Fault::Forbidden)])).await;
    let outcome = run(&running, job(20, None)).await;
    let error = outcome.error.unwrap().to_string();
    assert!(error.contains("403") && error.contains("the scope orders:import is missing"), "{error}");
    assert!(!outcome.run.complete);
}

#[tokio::test]
async fn an_engine_that_stays_away_is_given_up_after_the_bound() {
    let running = serve(Endpoint::default()).await;
    let mut engine = running.engine.clone();
    engine.url = "http://127.0.0.1:1".to_owned();
    let away = Running { engine, endpoint: running.endpoint };
    let outcome = run(&away, Job { patience: Duration::from_millis(300), ..job(20, None) }).await;
    let error = outcome.error.unwrap().to_string();
    assert!(error.contains("gave no result") && error.contains("repeat the import"), "{error}");
    // What was never sent is accounted for, what has no result is not.
    assert_eq!(outcome.ledger.lines.read, outcome.ledger.lines.refused);
}

#[tokio::test]
async fn a_stopped_import_accounts_for_what_is_done_and_goes_on_later() {
    let stop = CancellationToken::new();
    let running = serve(Endpoint { stop: Some(stop.clone()), ..Endpoint::default() }).await;
    let scratch = Scratch::new("stopped");
    let path = scratch.file("report.json");
    let stopped =
        import(job(3_000, Some(path.clone())), running.engine.clone(), Progress::silent(), stop).await.unwrap();
    let lines = stopped.ledger.lines;
    assert!(lines.imported > 0 && !stopped.run.complete);
    assert_eq!(lines.read, lines.imported + lines.already + lines.refused);
    assert_eq!(read_report(&path)["complete"], false);
    let rest = run(&running, job(3_000, None)).await;
    assert!(rest.run.complete);
    assert_eq!(rest.ledger.lines.already, lines.imported);
}

/// The real year where `ORDERS_DATA` names its folder; a generated file of the same shape otherwise.
#[tokio::test]
async fn the_real_year_is_accounted_for_to_the_last_line_and_penny() {
    let Some(folder) = std::env::var_os("ORDERS_DATA") else {
        eprintln!("ORDERS_DATA is not set: the generated files of the other tests stand in for the real year");
        return;
    };
    let running = serve(Endpoint::default()).await;
    let scratch = Scratch::new("real-year");
    let path = scratch.file("report.json");
    let file = PathBuf::from(folder).join("online-retail-2010-2011.csv.gz");
    // Whole or not at all costs no line: every refused line is its invoice's only one.
    let job = Job { origin: Origin::file(&file), choices: Choices::default(), ..job(1, Some(path.clone())) };
    let outcome = run(&running, job).await;
    assert!(outcome.run.complete);
    let report = read_report(&path);
    assert_eq!(
        report["lines"],
        json!({ "read": 541_909, "imported": 540_570, "corrected": 0, "already": 0, "refused": 1_339 })
    );
    let invoices = json!({
        "read": 25_900, "imported": 24_561, "corrected": 0, "already": 0, "partly_refused": 0, "refused": 1_339
    });
    assert_eq!(report["invoices"], invoices);
    let amount = json!({
        "read": "9747747.934", "imported": "9758809.994", "corrected": "0", "already": "0", "refused": "-11062.06"
    });
    assert_eq!((&report["amount"], &report["amount_rounded"]), (&amount, &json!("9747747.93")));
    assert_eq!(report["refused_by_code"], json!({ "adjustment": 3, "quantity_negative": 1_336 }));
    let orders = running.endpoint.orders.lock().unwrap();
    let credits = orders.values().filter(|order| order["kind"] == "CREDIT").count();
    assert_eq!((orders.len(), credits), (24_561, 3_836));
}

#[tokio::test]
async fn orders_of_other_shops_come_in_by_their_mapping() {
    const MAP: &str = r#"
        source = "other-shop"
        group_by = "id"
        currency = "EUR"
        lines = "items"
        [order]
        placed_at = { column = "date", formats = ["%d.%m.%Y %H:%M"], zone = "Europe/Berlin" }
        customer = { column = "customer.id" }
        country = { column = "country" }
        credit_of = { column = "refund_of" }
        [line]
        sku = { column = "article" }
        quantity = { column = "pieces" }
        unit_price = { column = "price" }
        [[refuse]]
        when = { column = "status", equals = "test" }
        code = "test_order"
        detail = "a test order"
        [[kind]]
        when = { column = "type", equals = "refund" }
        kind = "CREDIT"
        quantity = "positive"
        [[kind]]
        when = { column = "type", not_equals = "refund" }
        kind = "SALE"
        quantity = "positive"
    "#;
    let rows = [
        json!({ "id": "B-1", "date": "02.07.2024 10:00", "customer": { "id": "c1" }, "country": "DE", "items": [
            { "article": "x", "pieces": 2, "price": 1.25 }, { "article": "y", "pieces": 1, "price": "0.1" }] }),
        json!({ "id": "B-2", "type": "refund", "refund_of": "B-1", "date": "03.07.2024 10:00", "items": [
            { "article": "x", "pieces": 1, "price": 1.25 }] }),
        json!({ "id": "B-3", "status": "test", "date": "03.07.2024 10:00", "items": [{ "article": "x", "pieces": 1, "price": 1 }] }),
        json!({ "id": "B-4", "date": "03.07.2024 10:00", "items": [] }),
    ];
    let content = rows.iter().fold(String::new(), |content, row| content + &row.to_string() + "\n");
    let plan = Plan::compile("test", MAP, None).unwrap();
    let origin = Origin::Memory { name: "orders.ndjson".into(), content: Arc::from(content.into_bytes()) };
    let running = serve(Endpoint::default()).await;
    let outcome = run(&running, Job { origin, plan: Arc::new(plan), ..job(1, None) }).await;
    let orders = running.endpoint.orders.lock().unwrap().clone();
    assert_eq!(orders["B-1"]["placedAt"], "2024-07-02T08:00:00Z");
    assert_eq!((&orders["B-1"]["customer"], &orders["B-1"]["lines"][0]["unitPrice"]), (&json!("c1"), &json!("1.2500")));
    assert_eq!((&orders["B-2"]["kind"], &orders["B-2"]["creditOf"]), (&json!("CREDIT"), &json!("B-1")));
    assert_eq!(outcome.ledger.codes.keys().collect::<Vec<_>>(), ["malformed_row", "test_order"]);
    assert_eq!((outcome.ledger.lines.read, outcome.ledger.lines.imported), (5, 3));
}
