//! Faults on a stack of the test's own: real processes, killed and stopped.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod chaos;
mod comebacks;
mod engine;
mod load;
mod look;
mod shards;
mod stack;
