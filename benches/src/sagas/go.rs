//! What the peers in Go have in common: they are built once for each set of versions, and they print figures.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use crate::whole::variable;

/// How many workflows run at once, and for how long after a time to warm up.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    pub concurrent: usize,
    pub warm_up: Duration,
    pub time: Duration,
}

/// A peer's rate and latencies in one round.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    pub per_s: f64,
    /// From a workflow's start until its order is confirmed.
    pub confirm_p50_ms: f64,
    pub confirm_p99_ms: f64,
}

/// Builds packages of a module among the peers, and returns where the stacks' cache has them: one program, or a folder if the name of what
/// is built ends with a slash. Go itself sees whether they are there already.
///
/// # Panics
/// When Go is not installed, or does not build them.
pub async fn build(module: &str, packages: &str, built: &str) -> PathBuf {
    let target = PathBuf::from(variable("ENGINE_CACHE")).join(built);
    let output = Command::new("go")
        .args(["build", "-o"])
        .arg(&target)
        .arg(packages)
        .current_dir(source(module))
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap_or_else(|error| panic!("go: {error}; the peers come by it. Without: BENCH_PEERS=ours"));
    assert!(output.status.success(), "go build of {module}: {}", String::from_utf8_lossy(&output.stderr));
    target
}

/// Where a module among the peers has its source.
pub fn source(module: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers").join(module)
}

/// Runs a program that takes the load as its arguments and prints what it measured as name=value lines.
///
/// # Panics
/// When it fails, or lacks a figure.
pub async fn run(program: &Path, load: Load, variables: &[(&str, &str)]) -> Figures {
    let arguments = [load.concurrent.to_string(), load.warm_up.as_secs().to_string(), load.time.as_secs().to_string()];
    let output = Command::new(program)
        .args(arguments)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "{} ended: {}", program.display(), output.status);
    let text = String::from_utf8_lossy(&output.stdout);
    let figures: HashMap<&str, f64> = text
        .lines()
        .filter_map(|line| line.split_once('='))
        .filter_map(|(name, value)| Some((name, value.parse().ok()?)))
        .collect();
    Figures {
        per_s: figures["per_s"],
        confirm_p50_ms: figures["confirm_p50_ms"],
        confirm_p99_ms: figures["confirm_p99_ms"],
    }
}
