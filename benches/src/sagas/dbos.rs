//! DBOS for Go, built once for each set of versions, in a process and a database of its own on the stack's Postgres.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use service_kit::testing::TestDatabase;
use tokio::process::Command;

use crate::whole::variable;

/// What was measured.
pub struct Figures {
    pub per_s: f64,
    pub confirm_p50_ms: f64,
    pub confirm_p99_ms: f64,
}

/// The built program.
pub struct Dbos {
    program: PathBuf,
}

impl Dbos {
    /// Builds it.
    ///
    /// # Panics
    /// When Go is not installed, or does not build it.
    pub async fn build() -> Self {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/dbos");
        let program = PathBuf::from(variable("ENGINE_CACHE")).join("bench-dbos");
        let output = Command::new("go")
            .args(["build", "-o"])
            .arg(&program)
            .arg(".")
            .current_dir(&source)
            .stdin(Stdio::null())
            .output()
            .await
            .unwrap_or_else(|error| panic!("go: {error}; DBOS comes by it. Without: BENCH_PEERS=ours"));
        assert!(output.status.success(), "go build: {}", String::from_utf8_lossy(&output.stderr));
        Self { program }
    }

    /// Runs workflows, so many at once, for a time after another to warm up.
    pub async fn run(&self, concurrent: usize, warm_up: Duration, time: Duration) -> Figures {
        let database = TestDatabase::create().await;
        let output = Command::new(&self.program)
            .args([concurrent.to_string(), warm_up.as_secs().to_string(), time.as_secs().to_string()])
            .env("PEER_DATABASE_URL", database.url().expose())
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .await
            .unwrap();
        assert!(output.status.success(), "DBOS ended: {}", output.status);
        let text = String::from_utf8_lossy(&output.stdout);
        let figures: HashMap<&str, f64> = text
            .lines()
            .filter_map(|line| line.split_once('='))
            .filter_map(|(n, v)| Some((n, v.parse().ok()?)))
            .collect();
        Figures {
            per_s: figures["per_s"],
            confirm_p50_ms: figures["confirm_p50_ms"],
            confirm_p99_ms: figures["confirm_p99_ms"],
        }
    }
}
