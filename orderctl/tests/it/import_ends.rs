//! How an import as a program ends: its exit status, and what it leaves.

use std::path::Path;
use std::process::Stdio;

use order_import::testing::{Endpoint, Running, Scratch, read_report, serve};
use serde_json::{Value, json};
use tokio::process::Command;

const MAP: &str = r#"
    source = "till"
    group_by = "id"
    currency = "EUR"
    [order]
    placed_at = { column = "when" }
    [line]
    sku = { column = "sku" }
    quantity = { column = "qty" }
    unit_price = { column = "price" }
"#;
const GOOD: &str = "id,when,sku,qty,price\n1,2024-05-01T10:00:00Z,A,1,10\n1,,B,1,15\n2,2024-05-02T10:00:00Z,A,1,7\n";

struct Ended {
    code: Option<i32>,
    report: Value,
    errors: String,
}

struct Tenant {
    running: Running,
    scratch: Scratch,
}

impl Tenant {
    async fn open(name: &str) -> Self {
        let running = serve(Endpoint::default()).await;
        let scratch = Scratch::new(name);
        std::fs::write(scratch.file("map.toml"), MAP).unwrap();
        Self { running, scratch }
    }

    async fn import(&self, content: &str, flags: &[&str]) -> Ended {
        self.import_from(&self.running.engine.url, content, flags).await
    }

    async fn import_from(&self, url: &str, content: &str, flags: &[&str]) -> Ended {
        let file = |name: &str| self.scratch.file(name);
        std::fs::write(file("orders.csv"), content).unwrap();
        let _none = std::fs::remove_file(file("report.json"));
        let output = Command::new(env!("CARGO_BIN_EXE_orderctl"))
            .args(["import", "orders", "--patience-s", "1", "--map"])
            .args([file("map.toml"), file("orders.csv"), "--report".into(), file("report.json")])
            .args(flags)
            .env("ENGINE_URL", url)
            .env("ENGINE_TOKEN", "test-token")
            .env("ENGINE_SIGNING_KEY", "")
            .current_dir(Path::new("/"))
            .stdin(Stdio::null())
            .output();
        let output = output.await.unwrap();
        let report = if file("report.json").exists() { read_report(&file("report.json")) } else { Value::Null };
        Ended { code: output.status.code(), report, errors: String::from_utf8_lossy(&output.stderr).into_owned() }
    }

    fn orders(&self) -> usize {
        self.running.endpoint.orders.lock().unwrap().len()
    }
}

#[tokio::test]
async fn all_taken_in_is_0_something_refused_1_and_not_finished_3() {
    let tenant = Tenant::open("exit-codes").await;
    let good = tenant.import(GOOD, &[]).await;
    assert_eq!((good.code, &good.report["invoices"]["imported"]), (Some(0), &json!(2)), "{}", good.errors);
    assert_eq!(tenant.import(GOOD, &[]).await.code, Some(0), "a repeat is all well too");
    let refused = tenant.import(&format!("{GOOD}3,2024-05-02T10:00:00Z,A,0,7\n"), &[]).await;
    assert_eq!((refused.code, &refused.report["invoices"]["refused"]), (Some(1), &json!(1)));
    let broken = tenant.import(&format!("{GOOD}4,2024-05-02T10:00:00Z,\"A,1,7\n"), &[]).await;
    assert_eq!((broken.code, &broken.report), (Some(3), &Value::Null));
    assert!(broken.errors.contains("is not closed"), "{}", broken.errors);
    let away = tenant.import_from("http://127.0.0.1:1", GOOD, &[]).await;
    assert_eq!((away.code, &away.report["complete"]), (Some(3), &json!(false)));
    assert_eq!(tenant.orders(), 2);
}

#[tokio::test]
async fn a_dry_run_has_the_full_report_and_takes_nothing_in() {
    let tenant = Tenant::open("dry-run").await;
    let content = format!("{GOOD}3,2024-05-02T10:00:00Z,A,0,7\n");
    let tried = tenant.import(&content, &["--dry-run"]).await;
    assert_eq!((tried.code, tenant.orders(), &tried.report["dry_run"]), (Some(1), 0, &json!(true)));
    let done = tenant.import(&content, &[]).await;
    for same in ["lines", "invoices", "amount", "amounts", "refused", "orders", "complete"] {
        assert_eq!(tried.report[same], done.report[same], "{same}");
    }
    assert_eq!(tenant.orders(), 2);
}

#[tokio::test]
async fn a_corrected_file_replaces_what_was_imported_where_it_is_asked_to() {
    let tenant = Tenant::open("update").await;
    tenant.import(GOOD, &[]).await;
    let corrected = GOOD.replace(",15", ",16");
    let refused = tenant.import(&corrected, &[]).await;
    assert_eq!((refused.code, &refused.report["refused"][0]["code"]), (Some(1), &json!("import_conflict")));
    let tried = tenant.import(&corrected, &["--update", "--dry-run"]).await;
    assert_eq!((tried.code, &tried.report["orders"]["corrected"]), (Some(0), &json!(1)));
    let done = tenant.import(&corrected, &["--update"]).await;
    assert_eq!(
        (done.code, &done.report["lines"]),
        (
            Some(0),
            &json!({
                "read": 3, "imported": 0, "corrected": 2, "already": 1, "refused": 0
            })
        )
    );
    let again = tenant.import(&corrected, &["--update"]).await;
    assert_eq!((again.code, &again.report["orders"]["already"]), (Some(0), &json!(2)));
}

#[tokio::test]
async fn the_rest_of_an_order_is_imported_where_it_is_asked_for() {
    let tenant = Tenant::open("partial").await;
    let content = GOOD.replace(",15", ",free");
    let whole = tenant.import(&content, &[]).await;
    assert_eq!((whole.code, tenant.orders(), &whole.report["invoices"]["refused"]), (Some(1), 1, &json!(1)));
    let parts = tenant.import(&content, &["--partial"]).await;
    assert_eq!((parts.code, tenant.orders(), &parts.report["invoices"]["partly_refused"]), (Some(1), 2, &json!(1)));
}
