//! A projector that is stopped in the middle of a transaction, and goes on long after another has taken over.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use service_kit::poll::wait_until;
use service_kit::testing::PATIENCE;
use tokio::process::Child;

use crate::drill::{generated, import};
use crate::look::{audit_if_full, read_models, report, visible};
use crate::parts::{is_import_done, run_import, signal, start_engine_with, start_projector};

/// Lines of the generated file: one batch is enough.
const LINES: &str = "2000";
const LOOK: Duration = Duration::from_millis(10);

/// Stops a projector that has advanced its offsets and written rows, and has not committed. Its successor must not wait for
/// it, and it must change nothing once it goes on.
pub async fn replace_a_stopped_projector(mut engine: Child, folder: &Path) {
    engine.kill().await.unwrap();
    let mut others = start_engine_with("command,relay,query").await;
    let mut first = start_projector().await;
    let file = generated(folder, LINES).await;
    let report_path = folder.join("stopped.json");
    let mut holder = read_models().await;
    let watcher = read_models().await;
    let holding = holder.transaction().await.unwrap();
    holding.batch_execute("LOCK TABLE sku_sales IN EXCLUSIVE MODE").await.unwrap();
    let mut importer =
        import(&file, "stopped", &report_path).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let waits = "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() \
                 AND application_name LIKE 'projection%' AND wait_event_type = 'Lock'";
    let within_a_batch = async || watcher.query_one(waits, &[]).await.unwrap().get::<_, bool>(0);
    wait_until(PATIENCE, LOOK, within_a_batch).await.unwrap();
    signal("STOP", &first).await;
    holding.rollback().await.unwrap();

    let mut second = start_projector().await;
    assert!(is_import_done(importer.wait().await.unwrap()));
    let orders = report(&report_path)["orders"]["imported"].as_u64().unwrap();
    visible("stopped", orders).await;
    signal("CONT", &first).await;
    // Alone again, it goes on where its successor was.
    second.kill().await.unwrap();
    run_import(import(&file, "continued", &folder.join("continued.json"))).await;
    visible("continued", orders).await;
    audit_if_full().await;
    first.kill().await.unwrap();
    others.kill().await.unwrap();
    eprintln!(
        "a projector stopped within a transaction was replaced, went on, and changed nothing: {orders} orders each time"
    );
}
