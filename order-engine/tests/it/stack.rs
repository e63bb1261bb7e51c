//! A throw-away stack that nobody else uses, so that its parts may be killed.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use event_store::{Store, StoreOptions};
use service_kit::clock::{Ids, SystemIds};
use service_kit::config::DatabaseUrl;
use service_kit::poll::wait_until;
use service_kit::postgres::{ConnectOptions, connect};
use tokio::process::{Child, Command};
use tokio_postgres::Client;

/// How long a stack may take to start, with everything to fetch.
const START: Duration = Duration::from_secs(300);
const LOOK: Duration = Duration::from_millis(100);

pub struct Stack {
    pub variables: BTreeMap<String, String>,
    _child: Child,
}

impl Stack {
    /// Starts Postgres, Kafka and the registry; they are taken down when this process ends, however it ends.
    pub async fn start() -> Self {
        Self::start_with("none").await
    }

    /// The same with databases for the logs of some participants, separated by commas.
    pub async fn start_with(separate_databases: &str) -> Self {
        let environment = std::env::temp_dir().join(format!("stack-{}.env", SystemIds.random()));
        let script = format!(
            "env >{environment}.part && mv {environment}.part {environment} && exec tail --pid={} -f /dev/null",
            std::process::id(),
            environment = environment.display()
        );
        // Its output goes nowhere: a pipe that ends with this process would end the taking down too.
        let mut child = Command::new(root().join("deploy/local/with-stack.sh"))
            .args(["bash", "-c", &script])
            .env("SEPARATE_DATABASES", separate_databases)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let up = wait_until(START, LOOK, async || {
            assert!(child.try_wait().unwrap().is_none(), "the stack ended before it was ready");
            environment.exists()
        });
        up.await.unwrap();
        let text = std::fs::read_to_string(&environment).unwrap();
        std::fs::remove_file(environment).unwrap();
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        let variables = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { variables, _child: child }
    }

    /// Makes keys, tables for a log of so many shards, topics and schemas; answers an admin's token.
    pub async fn prepare(&self, shards: &str) -> String {
        self.run("order-engine", &["keys", "--dir", &format!("{}/keys", self.variables["ORDERS_STATE"])]).await;
        self.run("order-engine", &["migrate", "--shards", shards]).await;
        for step in ["topics", "schemas"] {
            self.run("order-engine", &[step]).await;
        }
        self.run("orderctl", &["token", "--role", "admin"]).await.trim().to_owned()
    }

    /// The event store, from outside.
    pub async fn store(&self) -> Store {
        Store::open(&self.orders(), StoreOptions::default()).await.unwrap()
    }

    /// A connection to the event store's database.
    pub async fn client(&self) -> Client {
        connect(&self.orders(), &ConnectOptions::named("test")).await.unwrap()
    }

    fn orders(&self) -> DatabaseUrl {
        DatabaseUrl::new("ORDERS_DATABASE_URL", self.variables["ORDERS_DATABASE_URL"].clone())
    }

    /// Runs a verb of `deploy/local/stack` on a part, such as `kill` on `kafka`.
    pub async fn order(&self, verb: &str, part: &str) {
        let script = root().join("deploy/local/stack");
        let status = Command::new(script).args([verb, part]).envs(&self.variables).stdout(Stdio::null()).status();
        assert!(status.await.unwrap().success(), "stack {verb} {part}");
    }

    /// Runs a program of the engine to its end and answers what it printed.
    pub async fn run(&self, program: &str, arguments: &[&str]) -> String {
        self.attempt(program, arguments).await.unwrap_or_else(|said| panic!("{program} {arguments:?}:\n{said}"))
    }

    /// What the engine says to a step that it refuses with other settings.
    pub async fn attempt_with(&self, step: &str, settings: &[(&str, String)]) -> String {
        let mut command = Command::new(binary("order-engine"));
        let settings = settings.iter().map(|(name, value)| (name, value));
        let output = command.arg(step).envs(&self.variables).envs(settings).kill_on_drop(true).output().await.unwrap();
        assert!(!output.status.success(), "{step} went through");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// Runs a program to its end and answers what it printed, or all it said where it failed.
    pub async fn attempt(&self, program: &str, arguments: &[&str]) -> Result<String, String> {
        let mut command = Command::new(binary(program));
        let output = command.args(arguments).envs(&self.variables).kill_on_drop(true).output().await.unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        if output.status.success() { Ok(text) } else { Err(format!("{text}{errors}")) }
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// A program beside the one under test.
pub fn binary(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_BIN_EXE_order-engine")).with_file_name(name);
    assert!(path.exists(), "{} is not built; run `make test`", path.display());
    path
}
