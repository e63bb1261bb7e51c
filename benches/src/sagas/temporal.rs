//! Temporal: its server and a worker, each in a process of its own, and three databases on the stack's Postgres, of which the worker has
//! one for the application's rows.
//!
//! Server and worker are modules apart, so that the server has the libraries it was released with, whichever the worker needs.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Stdio;

use service_kit::testing::TestDatabase;
use tokio::process::{Child, Command};
use tokio_postgres::config::Host;

use super::go::{Figures, Load, build, run, source};

const SERVER: &str = "temporal/server";
/// Of the server's `SQL_PLUGIN`, and of its schemas.
const PLUGIN: &str = "postgres12_pgx";
const SCHEMAS: &str = "postgresql/v12";
/// Below the ports that the kernel hands out to clients, lest one of the server's own connections takes one before the server listens.
const PORTS: std::ops::Range<u16> = 10_000..30_000;
const SERVICES: [&str; 4] = ["FRONTEND", "HISTORY", "MATCHING", "WORKER"];

/// Its programs, built from the modules among the peers.
pub struct Temporal {
    worker: PathBuf,
    /// Where the server and its tool for schemas are.
    server: PathBuf,
}

impl Temporal {
    /// Builds them, which takes minutes the first time.
    ///
    /// # Panics
    /// When Go is not installed, or does not build them.
    pub async fn build() -> Self {
        let worker = build("temporal", ".", "bench-temporal").await;
        let server = build(SERVER, "tool", "bench-temporal-server/").await;
        Self { worker, server }
    }

    /// Measures a round, on a new server with databases of its own.
    ///
    /// # Panics
    /// When it does not start, or a workflow fails.
    pub async fn run(&self, load: Load) -> Figures {
        let store = TestDatabase::create().await;
        let visibility = TestDatabase::create().await;
        let application = TestDatabase::create().await;
        self.migrate(&store, "temporal").await;
        self.migrate(&visibility, "visibility").await;
        let (mut server, address) = self.start(&store, &visibility);
        let variables = [("PEER_DATABASE_URL", application.url().expose()), ("PEER_ADDRESS", &*address)];
        let figures = run(&self.worker, load, &variables).await;
        server.kill().await.unwrap();
        figures
    }

    /// Makes the tables of a database, by all versions of its schema since the first, as an operator does.
    async fn migrate(&self, database: &TestDatabase, schema: &str) {
        let schema = format!("{SCHEMAS}/{schema}");
        for arguments in [["setup-schema", "--version", "0.0"], ["update-schema", "--schema-name", schema.as_str()]] {
            let output = Command::new(self.server.join("sql"))
                .args(arguments)
                .envs(connection(database))
                .stdin(Stdio::null())
                .output()
                .await
                .unwrap();
            assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }

    /// Starts the server, and says where its clients reach it. It is killed when the child is dropped.
    fn start(&self, store: &TestDatabase, visibility: &TestDatabase) -> (Child, String) {
        let ports = free_ports(2 * SERVICES.len());
        let mut command = Command::new(self.server.join("server"));
        command
            .args(["--config-file", "config.yaml", "--allow-no-auth", "start"])
            .current_dir(source(SERVER))
            .envs(connection(store))
            .env("PEER_VISIBILITY", name_of(visibility));
        for (service, ports) in SERVICES.iter().zip(ports.chunks(2)) {
            command.env(format!("PEER_{service}_PORT"), ports[0].to_string());
            command.env(format!("PEER_{service}_MEMBERSHIP_PORT"), ports[1].to_string());
        }
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true).spawn().unwrap();
        (child, format!("127.0.0.1:{}", ports[0]))
    }
}

fn config(database: &TestDatabase) -> tokio_postgres::Config {
    database.url().expose().parse().expect("the URL has been used before")
}

fn name_of(database: &TestDatabase) -> String {
    config(database).get_dbname().expect("a test's URL names its database").to_owned()
}

/// How the server and its tool reach a database. A password on their command lines could be read by everybody on the machine.
fn connection(database: &TestDatabase) -> [(&'static str, String); 6] {
    let config = config(database);
    let Some(Host::Tcp(host)) = config.get_hosts().first() else { panic!("the stack's Postgres has an address") };
    let password = String::from_utf8(config.get_password().unwrap_or_default().to_vec()).unwrap();
    [
        ("SQL_PLUGIN", PLUGIN.to_owned()),
        ("SQL_HOST", host.clone()),
        ("SQL_PORT", config.get_ports().first().copied().unwrap_or(5432).to_string()),
        ("SQL_USER", config.get_user().unwrap_or("postgres").to_owned()),
        ("SQL_PASSWORD", password),
        ("SQL_DATABASE", name_of(database)),
    ]
}

/// Ports of this machine that nobody listens on. Where the search begins differs from process to process.
fn free_ports(count: usize) -> Vec<u16> {
    let begin = usize::try_from(std::process::id()).unwrap() % PORTS.len();
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let ports: Vec<u16> = PORTS.cycle().skip(begin).take(PORTS.len()).filter(is_free).take(count).collect();
    assert_eq!(ports.len(), count, "the machine has free ports");
    ports
}
