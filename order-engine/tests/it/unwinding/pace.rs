//! The engine's clock in these tests: it moves while the engine and everybody else have nothing to do, so that nothing is late on a
//! machine that is slow.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use service_kit::clock::ManualClock;
use service_kit::poll::pause;
use tokio_util::sync::CancellationToken;

/// The clock moves by so much at once: a fraction of every time that the orders are driven by.
const TICK: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(20);
/// What is not yet where it belongs, in the engine's metrics.
const BEHIND: [&str; 2] = ["relay_lag_events{", "requests_lag_records{"];
/// What has been done since the start, in the same.
const DONE: [&str; 3] = ["event_store_events_appended_total", "event_store_sequenced_total", "requests_total{"];

/// How often each play has looked at its order, and done what it could.
#[derive(Clone, Default)]
pub struct Looks(Arc<Mutex<BTreeMap<String, u64>>>);

impl Looks {
    /// Notes that a play has looked, and done what it could.
    pub fn seen(&self, play: &str) {
        *self.0.lock().unwrap().entry(play.to_owned()).or_default() += 1;
    }

    /// Notes that a play's order has come to rest.
    pub fn ended(&self, play: &str) {
        self.0.lock().unwrap().remove(play);
    }

    /// Waits until every play that goes on has begun to look after this moment, and ended; or until it is told to stop.
    async fn all_seen(&self, stop: &CancellationToken) {
        let before = self.0.lock().unwrap().clone();
        // The first of two looks may have begun earlier.
        let have_seen = || {
            let now = self.0.lock().unwrap();
            before.iter().all(|(play, looks)| now.get(play).is_none_or(|of_now| *of_now >= looks + 2))
        };
        while !have_seen() && pause(LOOK, stop).await {}
    }
}

/// Moves a clock whenever nothing happens at an engine, whose metrics are at a URL.
pub async fn run(clock: Arc<ManualClock>, metrics: String, looks: Looks, stop: CancellationToken) {
    while pause(LOOK, &stop).await {
        let Some(before) = at_rest(&metrics).await else { continue };
        looks.all_seen(&stop).await;
        if at_rest(&metrics).await.is_some_and(|now| now == before) {
            clock.advance(TICK);
        }
    }
}

/// What an engine has done since its start; `None` while something waits to be done.
async fn at_rest(metrics: &str) -> Option<Vec<String>> {
    let text = reqwest::get(metrics).await.ok()?.text().await.ok()?;
    let is_of = |line: &&str, names: &[&str]| names.iter().any(|name| line.starts_with(name));
    let is_behind = text.lines().filter(|line| is_of(line, &BEHIND)).any(|line| !line.ends_with(" 0"));
    let mut done: Vec<_> = text.lines().filter(|line| is_of(line, &DONE)).map(str::to_owned).collect();
    done.sort();
    (!is_behind).then_some(done)
}
