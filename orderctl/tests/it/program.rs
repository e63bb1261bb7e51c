//! `orderctl` as a program.

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
        program.env("ENGINE_SIGNING_KEY", "");
    }
    let output = program.args(arguments).envs(settings.iter().copied()).stdin(Stdio::null()).output();
    let output = output.await.unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ended { code: output.status.code(), output: text(&output.stdout), errors: text(&output.stderr) }
}

/// Runs the program on a log.
pub async fn orderctl_on(log: &TestDatabase, arguments: &[&str]) -> Ended {
    orderctl(&[("ORDERS_DATABASE_URL", log.url().expose())], arguments).await
}
