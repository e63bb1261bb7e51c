//! Faults on a stack of the test's own: real processes, killed and stopped.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod chaos;
mod comebacks;
mod copies;
mod engine;
mod load;
mod look;
mod separate;
mod shards;
mod stack;
