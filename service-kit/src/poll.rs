//! Bounded waiting. The only module that may sleep: everywhere else a wait has a condition and a limit.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::Stopwatch;

/// A condition that did not come true in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the condition did not hold within {} ms", limit.as_millis())]
pub struct TimedOut {
    limit: Duration,
}

/// Evaluates a condition every `interval` until it is `true`, for at most `limit`, and at least once.
///
/// # Errors
/// [`TimedOut`] when `limit` has passed.
pub async fn wait_until(
    limit: Duration,
    interval: Duration,
    mut condition: impl AsyncFnMut() -> bool,
) -> Result<(), TimedOut> {
    wait_for(limit, interval, async || condition().await.then_some(())).await
}

/// Evaluates a function every `interval` until it returns a value, for at most `limit`, and at least once.
///
/// # Errors
/// [`TimedOut`] when `limit` has passed. A call that never returns is cancelled at the limit too.
pub async fn wait_for<T>(
    limit: Duration,
    interval: Duration,
    mut question: impl AsyncFnMut() -> Option<T>,
) -> Result<T, TimedOut> {
    let watch = Stopwatch::start();
    let asking = async {
        loop {
            if let Some(answer) = question().await {
                return Some(answer);
            }
            if watch.elapsed() >= limit {
                return None;
            }
            tokio::time::sleep(interval).await;
        }
    };
    tokio::time::timeout(limit + interval, asking).await.ok().flatten().ok_or(TimedOut { limit })
}

/// Sleeps for `duration` unless cancelled first. Returns whether it slept the whole time.
pub async fn pause(duration: Duration, cancelled: &CancellationToken) -> bool {
    cancelled.run_until_cancelled(tokio::time::sleep(duration)).await.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(1);
    const LONG: Duration = Duration::from_mins(1);

    #[tokio::test]
    async fn waits_until_the_condition_holds() {
        let mut asked = 0;
        wait_until(LONG, SHORT, async || {
            asked += 1;
            asked == 3
        })
        .await
        .unwrap();
        assert_eq!(asked, 3);
    }

    #[tokio::test]
    async fn gives_up_at_the_limit_but_asks_once() {
        let mut asked = 0;
        let outcome = wait_until(Duration::ZERO, SHORT, async || {
            asked += 1;
            false
        })
        .await;
        assert_eq!((outcome, asked), (Err(TimedOut { limit: Duration::ZERO }), 1));
    }

    #[tokio::test]
    async fn cuts_off_a_question_that_hangs() {
        assert!(wait_for::<()>(SHORT, SHORT, std::future::pending).await.is_err());
    }

    #[tokio::test]
    async fn a_pause_ends_early_when_cancelled() {
        let token = CancellationToken::new();
        assert!(pause(SHORT, &token).await);
        token.cancel();
        assert!(!pause(LONG, &token).await);
    }
}
