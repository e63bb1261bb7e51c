//! Spreading by hash within a process: which lock, which writer.

use std::hash::{BuildHasher, Hash};

use foldhash::fast::FixedState;

/// A hash that is the same for as long as the process lives. Nothing stored depends on it.
pub(crate) fn hash(key: impl Hash) -> u64 {
    FixedState::default().hash_one(key)
}

/// Which of some places a hash falls to.
pub(crate) fn place(hash: u64, places: usize) -> usize {
    usize::try_from(hash % places as u64).expect("a remainder is below its divisor")
}
