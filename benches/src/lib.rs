//! What the benchmarks share: a sample event, closed-loop drivers, medians, and the cost accounting of processes.

#![expect(clippy::unwrap_used, reason = "a benchmark ends at the first surprise")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]
#![expect(clippy::disallowed_methods, reason = "a benchmark measures with the machine's own clock")]
#![expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "quantiles of a few million latencies")]

/// The engine's own allocator, for everybody who runs here.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub mod bare;
pub mod cost;
pub mod drive;
pub mod engine;
pub mod esrs_peer;
pub mod history;
pub mod hop;
pub mod http;
pub mod orders;
pub mod ours;
pub mod reads;
pub mod relaying;
pub mod replayed;
pub mod sagas;
pub mod sample;
pub mod scale;
pub mod stock;
pub mod whole;
pub mod year;
