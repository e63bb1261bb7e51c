//! Bounds of what a member hands on at once.

use std::time::Duration;

/// Bounds of one batch; the first that is reached ends it.
#[derive(Debug, Clone, Copy)]
pub struct BatchLimits {
    pub records_max: usize,
    /// Most bytes of keys, values and headers; the record that reaches it is the batch's last.
    pub bytes_max: usize,
    /// Longest wait for more records after the first. With zero, a batch holds what has arrived already.
    pub wait_max: Duration,
}
