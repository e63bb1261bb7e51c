//! One undisturbed import, then one in which parts are killed.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use service_kit::poll::wait_until;
use service_kit::testing::PATIENCE;
use tokio::process::{Child, Command};

use crate::look::{audit_if_full, event_store, events, report, visible, whole};
use crate::parcels::{self, Surroundings};
use crate::parts::{
    Victim, first_engine, is_full, kill_and_start, policies, run, run_import, start_engine, this, variable,
};
use crate::reservations::survive_every_part;
use crate::sagas;
use crate::stopped::replace_a_stopped_projector;

/// Lines of the generated file: enough that a fifth of its orders is not its end.
const LINES: &str = "12000";
/// The same in the full form.
const LINES_FULL: &str = "40000";
const LOOK: Duration = Duration::from_millis(10);

/// The drills that the short form leaves out.
const LONG: [&str; 2] = ["imports", "parcels"];

/// What an undisturbed import gives.
struct Undisturbed {
    report: Value,
    orders: u64,
    figures: Value,
}

/// Kills every part in turn, or in those drills alone that `CRASH_DRILLS` names: `imports`, `reservations`, `sagas`, `parcels`. Imports
/// and parcels are left out of the short form unless they are named.
pub async fn every_part() {
    let wanted = std::env::var_os("CRASH_DRILLS");
    let wanted = wanted.as_deref().map(std::ffi::OsStr::to_string_lossy);
    let is_wanted = |name: &str| match wanted.as_deref() {
        Some(wanted) => wanted.split(',').any(|one| one == name),
        None => is_full() || !LONG.contains(&name),
    };
    let surroundings = if is_wanted("parcels") { Some(Surroundings::start().await) } else { None };
    let mut provider = sagas::provider(&policies()).await;
    if is_wanted("imports") {
        imports().await;
    } else {
        first_engine().await.kill().await.unwrap();
    }
    if is_wanted("reservations") {
        survive_every_part().await;
    }
    if is_wanted("sagas") {
        sagas::survive_every_part().await;
    }
    if let Some(surroundings) = surroundings {
        parcels::survive_every_part(surroundings).await;
    }
    provider.kill().await.unwrap();
}

async fn imports() {
    let folder = PathBuf::from(variable("ORDERS_STATE")).join("drill");
    std::fs::create_dir(&folder).unwrap();
    let file = match std::env::var_os("CRASH_FILE") {
        Some(file) => file.into(),
        None => generated(&folder, if is_full() { LINES_FULL } else { LINES }).await,
    };
    let mut engine = first_engine().await;
    let path = folder.join("undisturbed.json");
    run_import(import(&file, "undisturbed", &path)).await;
    let found = report(&path);
    let orders = found["orders"]["imported"].as_u64().unwrap();
    let figures = visible("undisturbed", orders).await;
    let expected = Undisturbed { report: found, orders, figures };
    // An import is over before a part that was killed is ready again, so each has one of its own.
    for victim in [Victim::Engine, Victim::Importer, Victim::Postgres, Victim::Kafka] {
        survive(victim, &mut engine, &file, &folder, &expected).await;
    }
    replace_a_stopped_projector(engine, &folder).await;
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

async fn survive(victim: Victim, engine: &mut Child, file: &Path, folder: &Path, expected: &Undisturbed) {
    let tenant = format!("{victim:?}").to_lowercase();
    let first = folder.join(format!("{tenant}-1.json"));
    let second = folder.join(format!("{tenant}-2.json"));
    let store = event_store().await;
    let before = events(&store).await;
    let all = before + i64::try_from(expected.orders).unwrap();
    let mut importer = import(file, &tenant, &first).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let middle = before + (all - before) / 5;
    wait_until(PATIENCE, LOOK, async || events(&store).await >= middle).await.unwrap();
    match victim {
        Victim::Engine => {
            engine.kill().await.unwrap();
            assert_in_the_middle(events(&store).await, before, all);
            *engine = start_engine().await;
        }
        Victim::Importer => {
            importer.kill().await.unwrap();
            assert_in_the_middle(events(&store).await, before, all);
        }
        Victim::Postgres => {
            assert_in_the_middle(events(&store).await, before, all);
            kill_and_start("postgres").await;
        }
        Victim::Kafka => {
            assert_in_the_middle(events(&store).await, before, all);
            kill_and_start("kafka").await;
        }
    }
    // The importer waits for an engine that comes back; it is not asked to, as there is a second run.
    importer.wait().await.unwrap();
    run_import(import(file, &tenant, &second)).await;

    let found = report(&second);
    assert_eq!(whole(&found), whole(&expected.report), "the second run after a kill of {victim:?}");
    assert!(found["lines"]["already"].as_u64().unwrap() > 0, "{found:#}");
    let figures = visible(&tenant, expected.orders).await;
    assert_eq!(figures, expected.figures, "the read models after a kill of {victim:?}");
    assert_eq!(events(&event_store().await).await, all);
    audit_if_full().await;
    eprintln!(
        "kill -9 of {tenant}: second run had {} lines imported, {} already; report and figures as undisturbed",
        found["lines"]["imported"], found["lines"]["already"]
    );
}

fn assert_in_the_middle(events: i64, before: i64, all: i64) {
    assert!((before + 1..all).contains(&events), "killed with {} of {} orders stored", events - before, all - before);
}
