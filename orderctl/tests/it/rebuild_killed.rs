//! `replay rebuild` killed by SIGKILL in its fill, while it catches up and within its switch: the live rows stay as they
//! were meanwhile, and the next run ends right.

use std::process::Stdio;

use domain::order::contract::Published;
use read_models::{Generations, ModelSet, Orders, generation, migrate};
use service_kit::testing::TestDatabase;
use tokio::process::Command;
use tokio_postgres::Client;

use crate::log::{Log, apply};
use crate::waits::holds;

const SOMEBODY_WAITS: &str = "SELECT count(*) > 0 FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'";
const NOBODY_REBUILDS: &str = "SELECT count(*) = 0 FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'rebuild%'";

/// Where the rebuild is when it is killed.
#[derive(Debug, Clone, Copy)]
enum Stage {
    Fill,
    CatchUp,
    Switch,
}

struct World {
    log: Log,
    read: TestDatabase,
    client: Client,
}

impl World {
    async fn new() -> Self {
        let read = TestDatabase::create().await;
        migrate(read.url(), &order_engine::model_sets(), |_| ()).await.unwrap();
        Self { log: Log::start().await, client: read.client().await, read }
    }

    fn orderctl(&self, verb: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_orderctl"));
        command.args(["replay", verb, "--kind", "order"]).stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
        command.env("ORDERS_DATABASE_URL", self.log.database.url().expose());
        command.env("READ_DATABASE_URL", self.read.url().expose());
        command
    }

    async fn live(&self) -> Generations {
        Generations::live(&self.client, &Orders::MODELS.all()).await.unwrap()
    }

    /// All live rows, as a text a model.
    async fn rows(&self) -> Vec<String> {
        let live = self.live().await;
        let mut rows = Vec::new();
        for model in Orders::MODELS.all() {
            let table = format!("{}.{}", generation::schema(model, live.of(model).unwrap()), model.name());
            let statement =
                format!("SELECT coalesce(string_agg(t::text, '\n' ORDER BY t::text), '') FROM {table} AS t");
            rows.push(self.client.query_one(&statement, &[]).await.unwrap().get(0));
        }
        rows
    }

    /// Waits until the rebuild reports a stage and waits for a lock of this test's.
    async fn held(&self, stage: &str, within: &TestDatabase) {
        let stage = format!("SELECT stage IS NOT DISTINCT FROM '{stage}' FROM public.model_rebuild");
        holds(&self.client, &stage).await;
        holds(&within.client().await, SOMEBODY_WAITS).await;
    }

    /// Starts a rebuild, applies what is late while it fills, and kills it; what is live is the same before and after.
    async fn kill_at(&self, stage: Stage, late: &[Published]) -> Vec<String> {
        let mut holder = self.log.database.client().await;
        let mut second = self.read.client().await;
        let in_fill = holder.transaction().await.unwrap();
        in_fill.batch_execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE").await.unwrap();
        let mut rebuild = self.orderctl("rebuild").spawn().unwrap();
        self.held("fill", &self.log.database).await;
        apply(&self.read, late).await;
        let live = self.live().await;
        let rows = self.rows().await;
        let later = second.transaction().await.unwrap();
        let (reported, lock) = match stage {
            Stage::Fill => (None, "SELECT".to_owned()),
            Stage::CatchUp => {
                let schema = generation::schema(Orders::MODELS.view, live.of(Orders::MODELS.view).unwrap());
                (Some("catch up"), format!("LOCK TABLE {schema}.order_summary IN ACCESS EXCLUSIVE MODE"))
            }
            // What moves the pointer has moved none yet; nobody else sees the stage that its transaction reports.
            Stage::Switch => {
                (Some("compare and switch"), "LOCK TABLE public.model_generation IN SHARE MODE".to_owned())
            }
        };
        later.batch_execute(&lock).await.unwrap();
        if let Some(reported) = reported {
            in_fill.rollback().await.unwrap();
            self.held(reported, &self.read).await;
            rebuild.kill().await.unwrap();
        } else {
            rebuild.kill().await.unwrap();
            in_fill.rollback().await.unwrap();
        }
        later.rollback().await.unwrap();
        holds(&self.client, NOBODY_REBUILDS).await;
        assert_eq!((self.live().await, self.rows().await), (live, rows.clone()), "killed at {stage:?}");
        rows
    }
}

#[tokio::test]
async fn killed_in_fill_catch_up_or_switch_it_changes_nothing_and_the_next_run_ends_right() {
    let world = World::new().await;
    apply(&world.read, &world.log.import(20).await).await;
    for stage in [Stage::Fill, Stage::CatchUp, Stage::Switch] {
        let late = world.log.import(3).await;
        let rows = world.kill_at(stage, &late).await;
        let live = world.live().await;
        // As if the time of the dead process's lease were over.
        world.client.execute("UPDATE public.model_rebuild SET expires_at = now()", &[]).await.unwrap();
        assert!(world.orderctl("rebuild").status().await.unwrap().success(), "after a kill at {stage:?}");
        assert_ne!(world.live().await, live, "after a kill at {stage:?}");
        assert_eq!(world.rows().await, rows, "after a kill at {stage:?}");
        assert!(world.orderctl("verify").status().await.unwrap().success(), "after a kill at {stage:?}");
        // Those of the other kinds are as they were made.
        let once: usize = order_engine::model_sets().iter().map(|models| models.all().len()).sum();
        let both = once + Orders::MODELS.all().len();
        let schemas = format!("SELECT count(*) = {both} FROM pg_namespace WHERE nspname ~ '_g[0-9]+$'");
        holds(&world.client, &schemas).await;
    }
}
