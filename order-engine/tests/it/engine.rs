//! An engine as a process of its own.

use std::process::Stdio;
use std::time::Duration;

use service_kit::poll::{wait_for, wait_until};
use service_kit::testing::PATIENCE;
use tokio::process::{Child, Command};

use crate::look::free_address;
use crate::stack::{Stack, binary};

const LOOK: Duration = Duration::from_millis(100);

pub struct Engine {
    child: Child,
    pub url: String,
    /// Where its metrics are.
    pub metrics_url: String,
}

impl Engine {
    /// Starts an engine with some roles and waits until it is ready.
    pub async fn start(stack: &Stack, listen: &str, roles: &str) -> Self {
        let engine = Self::spawn(stack, listen, roles);
        engine.ready().await;
        engine
    }

    /// Starts an engine, whether or not it becomes ready.
    pub fn spawn(stack: &Stack, listen: &str, roles: &str) -> Self {
        Self::spawn_with(stack, listen, &[roles])
    }

    fn spawn_with(stack: &Stack, listen: &str, roles: &[&str]) -> Self {
        let metrics = free_address();
        let child = Command::new(binary("order-engine"))
            .args(["serve", "--only"])
            .args(roles)
            .envs(&stack.variables)
            .env("ENGINE_LISTEN", listen)
            .env("ENGINE_METRICS_LISTEN", &metrics)
            .env("RUST_LOG", "error")
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Self { child, url: format!("http://{listen}"), metrics_url: format!("http://{metrics}/metrics") }
    }

    /// Starts an engine that does the work of some participants and nothing else, and waits until it is ready.
    pub async fn works_for(stack: &Stack, participants: &str) -> Self {
        let engine = Self::spawn_with(stack, &free_address(), &["worker", "--participants", participants]);
        engine.ready().await;
        engine
    }

    pub async fn ready(&self) {
        let url = format!("{}/readyz", self.url);
        let ready = async || reqwest::get(&url).await.is_ok_and(|answer| answer.status().is_success());
        wait_until(PATIENCE, LOOK, ready).await.unwrap();
    }

    /// What it says once it is not ready because a relay has stopped, by the name under which the readiness shows it.
    pub async fn relay_stopped(&self, relay: &str) -> String {
        let url = format!("{}/readyz", self.url);
        let stopped = async || {
            let answer = reqwest::get(&url).await.ok()?;
            let is_unready = answer.status() == reqwest::StatusCode::SERVICE_UNAVAILABLE;
            let body: serde_json::Value = answer.json().await.ok()?;
            (is_unready && body["checks"][relay] == "failed").then(|| body["notes"][relay].to_string())
        };
        wait_for(PATIENCE, LOOK, stopped).await.unwrap()
    }

    /// Waits until the engine's metrics show a line.
    pub async fn shows(&self, line: &str) {
        let mut metrics = String::new();
        let shows = wait_until(PATIENCE, LOOK, async || {
            let Ok(answer) = reqwest::get(&self.metrics_url).await else { return false };
            metrics = answer.text().await.unwrap_or_default();
            metrics.lines().any(|one| one == line)
        });
        let shows = shows.await;
        assert!(shows.is_ok(), "{line} is not among\n{metrics}");
    }

    /// Sends a signal, such as `CONT` or `KILL`.
    pub async fn signal(&self, signal: &str) {
        let pid = self.child.id().expect("the engine runs").to_string();
        let status = Command::new("kill").args([&format!("-{signal}"), &pid]).status().await.unwrap();
        assert!(status.success());
    }

    /// Stops it where it is, and returns when none of its threads runs any more: on a busy machine some go on for a while.
    pub async fn stop(&self) {
        self.signal("STOP").await;
        wait_until(PATIENCE, LOOK, async || self.threads().iter().all(|state| *state == 'T')).await.unwrap();
    }

    /// What each of its threads does, as the kernel says it.
    fn threads(&self) -> Vec<char> {
        let tasks = format!("/proc/{}/task", self.child.id().expect("the engine runs"));
        let threads = std::fs::read_dir(tasks).unwrap().map(|thread| thread.unwrap().path().join("stat"));
        // The state follows the name, which is in brackets and may have brackets of its own.
        let state = |stat: String| stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
        threads.filter_map(|stat| std::fs::read_to_string(stat).ok().and_then(state)).collect()
    }

    pub async fn kill(mut self) {
        self.signal("KILL").await;
        self.child.wait().await.unwrap();
    }
}
