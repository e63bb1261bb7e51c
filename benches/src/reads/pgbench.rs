//! Postgres alone: one statement a request, by pgbench.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::process::Command;

use super::case::Case;
use super::keys::Keys;
use super::models::Models;
use crate::whole::variable;

/// pgbench's own threads.
const THREADS: &str = "2";

/// pgbench on the live tables.
pub struct Pgbench {
    search_path: String,
    variables: Vec<(&'static str, String)>,
}

/// What it measured.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// Statements a second.
    pub rate: f64,
    /// Statements in all.
    pub done: f64,
}

impl Pgbench {
    /// On these tables, with these keys.
    pub fn new(models: &Models, keys: &Keys, tenant: &str) -> Self {
        Self { search_path: models.search_path(), variables: keys.variables(tenant) }
    }

    /// The answer to the request with this number.
    pub async fn answer(&self, models: &Models, case: Case, request: usize) -> Value {
        let statement = case.script().lines().filter(|line| !line.starts_with('\\')).collect::<Vec<_>>().join("\n");
        let tenant = &self.variables[0].1;
        let first = if case == Case::Count { self.number("first_count") } else { 0 };
        let statement =
            statement.replace(":tenant", &format!("'{tenant}'")).replace(":i", &(first + request).to_string());
        models.client.query_one(&statement, &[]).await.unwrap().get(0)
    }

    fn number(&self, name: &str) -> usize {
        let found = self.variables.iter().find(|(known, _)| *known == name);
        found.and_then(|(_, value)| value.parse().ok()).expect("a number of this name")
    }

    /// Runs a case's statement over and over.
    pub async fn run(&self, case: Case, connections: usize, time: Duration) -> Measured {
        let script = PathBuf::from(variable("ORDERS_STATE")).join(format!("reads-{}.sql", case.letter()));
        std::fs::write(&script, case.script()).unwrap();
        let mut command = Command::new(program());
        command.args(["-n", "-M", "prepared", "-j", THREADS]);
        command.args(["-c", &connections.to_string(), "-T", &time.as_secs().max(1).to_string()]);
        for (name, value) in &self.variables {
            command.arg("-D").arg(format!("{name}={value}"));
        }
        command.arg("-f").arg(&script).arg(variable("READ_DATABASE_URL"));
        command
            .env("PGOPTIONS", format!("-c search_path={}", self.search_path))
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let output = command.output().await.unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        let after = |begin: &str| -> Option<f64> {
            printed.lines().find_map(|line| line.strip_prefix(begin)?.split([' ', '/']).next()?.parse().ok())
        };
        match (after("tps = "), after("number of transactions actually processed: ")) {
            (Some(rate), Some(done)) => Measured { rate, done },
            _ => panic!("{printed}{}", String::from_utf8_lossy(&output.stderr)),
        }
    }
}

/// The path of pgbench: in `POSTGRES_BIN`, or of the newest installed version.
fn program() -> PathBuf {
    if let Some(folder) = std::env::var_os("POSTGRES_BIN") {
        return PathBuf::from(folder).join("pgbench");
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").unwrap();
    let programs = versions.map(|version| version.unwrap().path().join("bin/pgbench"));
    programs.filter(|program| program.exists()).max().unwrap()
}
