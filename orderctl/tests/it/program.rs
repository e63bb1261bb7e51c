//! `orderctl` as a program.

use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;
use service_kit::testing::TestDatabase;
use tokio::process::Command;

/// How a run of the program ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub output: String,
    pub errors: String,
}

impl Ended {
    /// Its output as JSON, after a run that found all well.
    #[track_caller]
    pub fn json(&self) -> Value {
        assert_eq!(self.code, Some(0), "{self:?}");
        serde_json::from_str(&self.output).unwrap()
    }
}

/// Runs the program with some settings.
pub async fn orderctl(settings: &[(&str, &str)], arguments: &[&str]) -> Ended {
    let mut program = Command::new(env!("CARGO_BIN_EXE_orderctl"));
    if settings.iter().any(|(name, _)| *name == "ENGINE_TOKEN") {
        // A key to sign with would go before the token.
        program.env_remove("ENGINE_SIGNING_KEY");
    }
    let output = program
        .args(arguments)
        .envs(settings.iter().copied())
        .current_dir(folder_without_settings())
        .stdin(Stdio::null())
        .output();
    let output = output.await.unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ended { code: output.status.code(), output: text(&output.stdout), errors: text(&output.stderr) }
}

/// A folder whose settings file is empty, so that none of an engine that runs beside the tests is found.
fn folder_without_settings() -> PathBuf {
    let folder = std::env::temp_dir().join("orderctl-without-settings");
    std::fs::create_dir_all(folder.join(".local")).unwrap();
    std::fs::File::options().create(true).append(true).open(folder.join(".local/env")).unwrap();
    folder
}

/// Runs the program on a log.
pub async fn orderctl_on(log: &TestDatabase, arguments: &[&str]) -> Ended {
    orderctl(&[("ORDERS_DATABASE_URL", log.url().expose())], arguments).await
}
