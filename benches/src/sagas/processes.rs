//! Engines as processes that can be killed.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;

use service_kit::poll::wait_until;
use tokio::process::{Child, Command};

use crate::whole::program;

const START: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(50);

/// What every engine of a run is told.
pub type Variables = BTreeMap<String, String>;

/// A running engine. It is killed when this is dropped.
pub struct Process {
    child: Child,
    address: String,
    roles: &'static str,
    variables: Variables,
}

/// An address that nobody listens at.
pub fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

impl Process {
    /// Starts an engine with some roles, and waits until it is ready.
    pub async fn start(address: &str, roles: &'static str, variables: &Variables) -> Self {
        let child = spawn(address, roles, variables);
        let process = Self { child, address: address.to_owned(), roles, variables: variables.clone() };
        process.ready().await;
        process
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Kills it with SIGKILL, and starts it anew at the same address.
    pub async fn killed_and_started(&mut self) {
        self.child.kill().await.unwrap();
        self.child = spawn(&self.address, self.roles, &self.variables);
        self.ready().await;
    }

    /// Kills it, and waits until it is gone, so that another one can listen where it did.
    pub async fn killed(mut self) {
        self.child.kill().await.unwrap();
    }

    async fn ready(&self) {
        let url = format!("http://{}/readyz", self.address);
        let ready = async || reqwest::get(&url).await.is_ok_and(|answer| answer.status().is_success());
        wait_until(START, LOOK, ready).await.unwrap();
    }
}

fn spawn(address: &str, roles: &str, variables: &Variables) -> Child {
    Command::new(program("order-engine"))
        .args(["serve", "--only", roles])
        .envs(variables)
        .env("ENGINE_LISTEN", address)
        .env("ENGINE_METRICS_LISTEN", free_address())
        .env("RUST_LOG", "error")
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}
