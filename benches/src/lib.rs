//! What the benchmarks share: a sample event, closed-loop drivers, medians, and the cost accounting of processes.

#![expect(clippy::unwrap_used, reason = "a benchmark ends at the first surprise")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]
#![expect(missing_docs, reason = "a harness, not an API")]

pub mod drive;
pub mod ours;
pub mod sample;
pub mod stock;
