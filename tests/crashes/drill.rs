//! One undisturbed import, then one in which parts are killed.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use service_kit::poll::wait_until;
use tokio::process::{Child, Command};

use crate::look::{audit_if_full, event_store, events, report, visible, whole};
use crate::parts::{
    Victim, first_engine, kill_and_start, policies, run, run_import, runs, start_engine, this, variable,
};
use crate::reservations::survive_every_part;
use crate::sagas;
use crate::stopped::replace_a_stopped_projector;

/// Lines of the generated file: enough that the last kill is not after its end.
const LINES: &str = "40000";
const LOOK: Duration = Duration::from_millis(10);
/// How long the import may take to come to the line at which the kill happens.
const MIDDLE: Duration = Duration::from_secs(60);

/// What an undisturbed import gives.
struct Undisturbed {
    report: Value,
    orders: u64,
    figures: Value,
}

/// Kills every part in turn.
pub async fn every_part() {
    let folder = PathBuf::from(variable("ORDERS_STATE")).join("drill");
    std::fs::create_dir(&folder).unwrap();
    let file = match std::env::var_os("CRASH_FILE") {
        Some(file) => file.into(),
        None => generated(&folder, LINES).await,
    };
    let mut provider = sagas::provider(&policies()).await;
    let mut engine = first_engine().await;
    let path = folder.join("undisturbed.json");
    run_import(import(&file, "undisturbed", &path)).await;
    let found = report(&path);
    let orders = found["orders"]["imported"].as_u64().unwrap();
    let figures = visible("undisturbed", orders).await;
    let expected = Undisturbed { report: found, orders, figures };
    // The importer last: nobody starts it again in the run in which it is killed.
    for victims in runs(&[Victim::Engine, Victim::Postgres, Victim::Kafka, Victim::Importer]) {
        survive(victims, &mut engine, &file, &folder, &expected).await;
    }
    replace_a_stopped_projector(engine, &folder).await;
    survive_every_part().await;
    sagas::survive_every_part().await;
    provider.kill().await.unwrap();
}

pub async fn generated(folder: &Path, lines: &str) -> PathBuf {
    let path = folder.join(format!("sample-{lines}.csv"));
    std::fs::write(&path, run(this(&["ctl", "sample", "--lines", lines])).await).unwrap();
    path
}

pub fn import(file: &Path, tenant: &str, report: &Path) -> Command {
    let mut command = this(&["ctl", "import", "online-retail", "--tenant", tenant]);
    command.arg("--report").arg(report).arg(file);
    command
}

async fn survive(victims: &[Victim], engine: &mut Child, file: &Path, folder: &Path, expected: &Undisturbed) {
    let tenant = victims.iter().map(|victim| format!("{victim:?}").to_lowercase()).collect::<Vec<_>>().join("-");
    let first = folder.join(format!("{tenant}-1.json"));
    let second = folder.join(format!("{tenant}-2.json"));
    let before = events(&event_store().await).await;
    let all = before + i64::try_from(expected.orders).unwrap();
    let mut importer = import(file, &tenant, &first).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let part = (all - before) / i64::try_from(victims.len() + 4).unwrap();
    let mut next = before;
    for victim in victims {
        next += part;
        let store = event_store().await;
        wait_until(MIDDLE, LOOK, async || events(&store).await >= next).await.unwrap();
        kill(*victim, (engine, &mut importer), async || {
            let now = events(&event_store().await).await;
            assert!((before + 1..all).contains(&now), "{} of {} orders stored", now - before, all - before);
        })
        .await;
    }
    // The importer waits for an engine that comes back; it is not asked to, as there is a second run.
    importer.wait().await.unwrap();
    run_import(import(file, &tenant, &second)).await;

    let found = report(&second);
    assert_eq!(whole(&found), whole(&expected.report), "the second run after a kill of {victims:?}");
    assert!(found["lines"]["already"].as_u64().unwrap() > 0, "{found:#}");
    let figures = visible(&tenant, expected.orders).await;
    assert_eq!(figures, expected.figures, "the read models after a kill of {victims:?}");
    assert_eq!(events(&event_store().await).await, all);
    audit_if_full().await;
    eprintln!(
        "kill -9 of {tenant}: second run had {} lines imported, {} already; report and figures as undisturbed",
        found["lines"]["imported"], found["lines"]["already"]
    );
}

/// Kills a part outright, and starts it again unless it is the importer. It must happen in the middle.
async fn kill(victim: Victim, (engine, importer): (&mut Child, &mut Child), is_in_the_middle: impl AsyncFn()) {
    match victim {
        Victim::Engine => {
            engine.kill().await.unwrap();
            is_in_the_middle().await;
            *engine = start_engine().await;
        }
        Victim::Importer => {
            importer.kill().await.unwrap();
            is_in_the_middle().await;
        }
        Victim::Postgres => {
            is_in_the_middle().await;
            kill_and_start("postgres").await;
        }
        Victim::Kafka => {
            is_in_the_middle().await;
            kill_and_start("kafka").await;
        }
    }
}
