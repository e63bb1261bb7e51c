//! Closed loops and what they measure.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// One cell of a benchmark.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    pub done: u64,
    pub failed: u64,
    pub seconds: f64,
    pub latencies_us: Vec<u32>,
}

impl Cell {
    pub fn rate(&self) -> f64 {
        self.done as f64 / self.seconds
    }

    /// Latency in milliseconds below which a share of the operations stayed.
    pub fn quantile_ms(&self, share: f64) -> f64 {
        let mut sorted = self.latencies_us.clone();
        sorted.sort_unstable();
        let index = ((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1));
        sorted.get(index).map_or(0.0, |micros| f64::from(*micros) / 1_000.0)
    }
}

/// Runs `tasks` closed loops for a time.
pub async fn closed_loops<F, Fut>(tasks: usize, time: Duration, operation: F) -> Cell
where
    F: Fn(usize, u64) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = bool> + Send,
{
    let operation = Arc::new(operation);
    let failed = Arc::new(AtomicU64::new(0));
    let started = Instant::now();
    let end = started + time;
    let loops = (0..tasks).map(|task| {
        let operation = Arc::clone(&operation);
        let failed = Arc::clone(&failed);
        tokio::spawn(async move {
            let mut latencies = Vec::new();
            let mut count = 0;
            while Instant::now() < end {
                let begun = Instant::now();
                if operation(task, count).await {
                    latencies.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
                } else {
                    failed.fetch_add(1, Ordering::Relaxed);
                }
                count += 1;
            }
            latencies
        })
    });
    let mut latencies_us = Vec::new();
    for task in loops.collect::<Vec<_>>() {
        latencies_us.extend(task.await.unwrap());
    }
    let seconds = started.elapsed().as_secs_f64();
    Cell { done: latencies_us.len() as u64, failed: failed.load(Ordering::Relaxed), seconds, latencies_us }
}

/// The median.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(0.0)
}
