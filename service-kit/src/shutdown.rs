//! Graceful shutdown: a signal cancels a token, tasks see it and finish, and tasks that do not finish in time are
//! aborted.
//!
//! Guarantees: the first task that fails stops all others, and its name and error are logged at once and reported. Does not: restart
//! anything; a supervisor outside the process restarts the whole process.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::task::{Id, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::BoxError;

/// A token that is cancelled at the first SIGTERM or SIGINT. A second signal ends the process at once.
///
/// # Errors
/// When the signal handlers cannot be installed.
pub fn on_signal() -> std::io::Result<CancellationToken> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let token = CancellationToken::new();
    let cancelled = token.clone();
    tokio::spawn(async move {
        next_signal(&mut terminate, &mut interrupt).await;
        tracing::info!("stopping; a second signal stops at once");
        cancelled.cancel();
        next_signal(&mut terminate, &mut interrupt).await;
        std::process::exit(FORCED_EXIT_STATUS);
    });
    Ok(token)
}

/// Status after a second signal: 128 + SIGINT, as shells report it.
const FORCED_EXIT_STATUS: i32 = 130;

async fn next_signal(terminate: &mut tokio::signal::unix::Signal, interrupt: &mut tokio::signal::unix::Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Why a supervised run failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A task returned an error.
    #[error("task {task} failed")]
    Failed {
        task: String,
        #[source]
        source: BoxError,
    },
    /// A task panicked.
    #[error("task {task} panicked")]
    Panicked {
        task: String,
        #[source]
        source: JoinError,
    },
    /// A task ended before the token was cancelled.
    #[error("task {task} ended before it was asked to stop")]
    EndedEarly { task: String },
    /// Tasks were still running at the end of the drain; they were aborted.
    #[error("tasks still busy after {drain_ms} ms were cut off: {}", tasks.join(", "))]
    NotDrained {
        tasks: Vec<String>,
        /// How long they had to finish, in milliseconds.
        drain_ms: u128,
    },
}

/// Runs named tasks until the token is cancelled or one of them ends.
#[derive(Debug)]
pub struct Supervisor {
    token: CancellationToken,
    tasks: JoinSet<Result<(), BoxError>>,
    names: BTreeMap<Id, String>,
}

impl Supervisor {
    /// A supervisor of tasks that watch `token`.
    pub fn new(token: CancellationToken) -> Self {
        Self { token, tasks: JoinSet::new(), names: BTreeMap::new() }
    }

    /// The token that tasks watch.
    pub fn token(&self) -> CancellationToken {
        self.token.clone()
    }

    /// Starts a task. It must run until the token is cancelled, then finish soon.
    pub fn spawn<E>(&mut self, name: impl Into<String>, task: impl Future<Output = Result<(), E>> + Send + 'static)
    where
        E: Into<BoxError> + 'static,
    {
        let handle = self.tasks.spawn(async move { task.await.map_err(Into::into) });
        self.names.insert(handle.id(), name.into());
    }

    /// Waits for the token or the first task that ends, then lets the others finish within `drain`.
    ///
    /// # Errors
    /// The first [`Failure`].
    pub async fn run(mut self, drain: Duration) -> Result<(), Failure> {
        let token = self.token.clone();
        let mut first = tokio::select! {
            biased;
            () = token.cancelled() => None,
            ended = self.next_outcome() => ended,
        };
        if let Some(failure) = &first {
            // Said now, for the others may take long to end.
            tracing::error!(error = crate::errors::chain(failure), "stopping all tasks, as one has ended");
        }
        self.token.cancel();
        let drained = tokio::time::timeout(drain, async {
            while let Some(outcome) = self.next_outcome().await {
                // From now on tasks are expected to end.
                if first.is_none() && !matches!(outcome, Failure::EndedEarly { .. }) {
                    first = Some(outcome);
                }
            }
        })
        .await;
        if drained.is_err() && first.is_none() {
            let tasks = self.names.into_values().collect();
            first = Some(Failure::NotDrained { tasks, drain_ms: drain.as_millis() });
        }
        self.tasks.abort_all();
        first.map_or(Ok(()), Err)
    }

    /// How the next task ended; `None` when no task is left.
    async fn next_outcome(&mut self) -> Option<Failure> {
        let joined = self.tasks.join_next_with_id().await?;
        let id = joined.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        let task = self.names.remove(&id).expect("every task was given a name when it was started");
        Some(match joined {
            Ok((_, Ok(()))) => Failure::EndedEarly { task },
            Ok((_, Err(source))) => Failure::Failed { task, source },
            Err(source) => Failure::Panicked { task, source },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAIN: Duration = Duration::from_secs(5);

    #[derive(Debug, thiserror::Error)]
    #[error("no bread left")]
    struct Sold;

    async fn patient(token: CancellationToken) -> Result<(), Sold> {
        token.cancelled().await;
        Ok(())
    }

    #[tokio::test]
    async fn a_signal_cancels_the_token() {
        let token = on_signal().unwrap();
        assert!(!token.is_cancelled());
        let pid = std::process::id().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        tokio::time::timeout(DRAIN, token.cancelled()).await.unwrap();
    }

    #[tokio::test]
    async fn a_cancelled_token_ends_the_run_well() {
        let token = CancellationToken::new();
        let mut supervisor = Supervisor::new(token.clone());
        supervisor.spawn("baker", patient(token.clone()));
        token.cancel();
        supervisor.run(DRAIN).await.unwrap();
    }

    #[tokio::test]
    async fn the_first_failure_stops_the_others_and_is_reported() {
        let mut supervisor = Supervisor::new(CancellationToken::new());
        supervisor.spawn("baker", patient(supervisor.token()));
        supervisor.spawn("seller", async { Err(Sold) });
        let failure = supervisor.run(DRAIN).await.unwrap_err();
        assert_eq!(crate::errors::chain(&failure), "task seller failed: no bread left");
    }

    #[tokio::test]
    async fn an_early_end_and_a_panic_are_failures() {
        let mut supervisor = Supervisor::new(CancellationToken::new());
        supervisor.spawn("baker", async { Ok::<_, Sold>(()) });
        assert!(matches!(supervisor.run(DRAIN).await, Err(Failure::EndedEarly { task }) if task == "baker"));

        let mut supervisor = Supervisor::new(CancellationToken::new());
        supervisor.spawn::<Sold>("baker", async { panic!("burnt") });
        assert!(matches!(supervisor.run(DRAIN).await, Err(Failure::Panicked { task, .. }) if task == "baker"));
    }

    #[tokio::test]
    async fn a_task_that_will_not_stop_is_cut_off_and_named() {
        let token = CancellationToken::new();
        let mut supervisor = Supervisor::new(token.clone());
        supervisor.spawn::<Sold>("mill", std::future::pending());
        token.cancel();
        let failure = supervisor.run(Duration::from_millis(5)).await.unwrap_err();
        assert!(matches!(failure, Failure::NotDrained { tasks, .. } if tasks == ["mill"]));
    }
}
