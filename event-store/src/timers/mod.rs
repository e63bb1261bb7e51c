//! Timers: when streams want to be woken.
//!
//! A stream's timer is set, moved and removed by the appends to the stream, from what [`Decider::wake_at`](domain::Decider::wake_at)
//! says of its state. A [`TimerWorker`] wakes the streams whose timers are due.
//!
//! Guarantees: a timer is there exactly as long as the state wants one; any number of workers may run; a timer whose worker ended is
//! taken again after its lease. No lock is held while a stream is woken. Does not: wake a stream only once. The state decides
//! whether a wake-up has an effect.

mod row;
mod worker;

pub use row::{TimerCounts, TimerError};
pub use worker::{TimerOptions, TimerWorker, Waker};
