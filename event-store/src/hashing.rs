//! Hashing within a process: chooses the lock or the writer of a key.

use std::hash::{BuildHasher, Hash};

use foldhash::fast::FixedState;

/// A hash that is the same for as long as the process lives. Nothing stored depends on it.
pub(crate) fn hash(key: impl Hash) -> u64 {
    FixedState::default().hash_one(key)
}

/// The index of the bucket that a hash belongs to.
pub(crate) fn bucket(hash: u64, buckets: usize) -> usize {
    usize::try_from(hash % buckets as u64).expect("a remainder is below its divisor")
}
