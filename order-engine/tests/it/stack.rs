//! A throw-away stack that nobody else uses, so that its parts may be killed.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use service_kit::clock::{Ids, SystemIds};
use service_kit::poll::wait_until;
use tokio::process::{Child, Command};

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
        let told = std::env::temp_dir().join(format!("stack-{}.env", SystemIds.random()));
        let tell = format!(
            "env >{told}.part && mv {told}.part {told} && exec tail --pid={} -f /dev/null",
            std::process::id(),
            told = told.display()
        );
        // Its output goes nowhere: a pipe that ends with this process would end the taking down too.
        let mut child = Command::new(root().join("deploy/local/with-stack.sh"))
            .args(["bash", "-c", &tell])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let up = wait_until(START, LOOK, async || {
            assert!(child.try_wait().unwrap().is_none(), "the stack ended before it was ready");
            told.exists()
        });
        up.await.unwrap();
        let text = std::fs::read_to_string(&told).unwrap();
        std::fs::remove_file(told).unwrap();
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        let variables = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { variables, _child: child }
    }

    /// Runs a verb of `deploy/local/stack` on a part, such as `kill` on `kafka`.
    pub async fn order(&self, verb: &str, part: &str) {
        let script = root().join("deploy/local/stack");
        let status = Command::new(script).args([verb, part]).envs(&self.variables).stdout(Stdio::null()).status();
        assert!(status.await.unwrap().success(), "stack {verb} {part}");
    }

    /// Runs a program of the engine to its end and answers what it printed.
    pub async fn run(&self, program: &str, arguments: &[&str]) -> String {
        let output = Command::new(binary(program)).args(arguments).envs(&self.variables).output().await.unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {arguments:?}:\n{text}{errors}");
        text
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
