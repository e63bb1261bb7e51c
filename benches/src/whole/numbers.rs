//! Latencies and their percentiles.

use std::time::Duration;

/// Latencies in microseconds, four bytes each: ten minutes of them are kept whole.
#[derive(Debug, Default)]
pub struct Latencies(Vec<u32>);

impl Latencies {
    /// Adds one.
    pub fn push(&mut self, latency: Duration) {
        self.0.push(u32::try_from(latency.as_micros()).unwrap_or(u32::MAX));
    }

    /// Adds those of another.
    pub fn extend(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
    }

    /// Prints p50, p95 and p99 in ms, and their number.
    pub fn print(&mut self, name: &str) {
        println!("{name}_count={}", self.0.len());
        for (percent, millis) in self.percentiles() {
            println!("{name}_p{percent}_ms={millis:.2}");
        }
    }

    /// The same under names that end with the percentile.
    pub fn print_ms(&mut self, name: &str) {
        println!("{name}_count={}", self.0.len());
        for (percent, millis) in self.percentiles() {
            println!("{name}_ms_p{percent}={millis:.2}");
        }
    }

    fn percentiles(&mut self) -> [(usize, f64); 3] {
        self.0.sort_unstable();
        [50, 95, 99].map(|percent| {
            let place = (self.0.len() * percent / 100).min(self.0.len().saturating_sub(1));
            let micros = self.0.get(place).copied().unwrap_or_default();
            (percent, f64::from(micros) / 1_000.0)
        })
    }
}

/// So many in that time, a second.
pub fn rate(count: u64, time: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / time.as_secs_f64()
}

/// One number a line, as the readers of these figures expect.
pub fn print(name: &str, value: f64) {
    println!("{name}={value:.1}");
}

/// kB as MB.
pub fn mb(kb: u64) -> f64 {
    f64::from(u32::try_from(kb).unwrap_or(u32::MAX)) / 1_024.0
}
