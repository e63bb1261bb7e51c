//! Time, identifiers and randomness as values.
//!
//! Guarantees: nothing outside this module reads a clock or draws a random number, so a run can be repeated from a seed.
//! Does not: promise that wall-clock time moves forwards. Measure durations with [`Stopwatch`].

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use domain::Timestamp;
use uuid::{Builder, Uuid};

use crate::random::{STEP, mixed};

/// A source of the current time.
pub trait Clock: Debug + Send + Sync {
    /// The current time.
    fn now(&self) -> Timestamp;
}

/// A shared clock.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::try_from(chrono::Utc::now()).expect("the machine's clock lies between the years 0 and 9999")
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock {
    micros: AtomicI64,
}

impl ManualClock {
    /// A clock that shows `start`.
    pub fn new(start: Timestamp) -> Self {
        Self { micros: AtomicI64::new(start.micros()) }
    }

    /// Shows `moment` from now on; going backwards is allowed.
    pub fn set(&self, moment: Timestamp) {
        self.micros.store(moment.micros(), Ordering::SeqCst);
    }

    /// Moves forwards by `by`, to whole microseconds.
    pub fn advance(&self, by: Duration) {
        let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.micros.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::try_from_micros(self.micros.load(Ordering::SeqCst))
            .expect("a manual clock is kept between the years 0 and 9999")
    }
}

/// A source of identifiers and random bytes.
pub trait Ids: Debug + Send + Sync {
    /// An identifier that sorts by the time it was made (UUIDv7).
    fn ordered(&self) -> Uuid;

    /// A random identifier (UUIDv4).
    fn random(&self) -> Uuid;

    /// Fills the buffer with random bytes. Only [`SystemIds`] is fit for keys and nonces.
    fn fill(&self, buffer: &mut [u8]);
}

/// A shared source of identifiers.
pub type SharedIds = Arc<dyn Ids>;

/// Identifiers and bytes from the machine's cryptographic generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemIds;

impl Ids for SystemIds {
    fn ordered(&self) -> Uuid {
        Uuid::now_v7()
    }

    fn random(&self) -> Uuid {
        Uuid::new_v4()
    }

    fn fill(&self, buffer: &mut [u8]) {
        aws_lc_rs::rand::fill(buffer).expect("the system's random generator works");
    }
}

/// Identifiers that repeat from a seed. Not for secrets.
#[derive(Debug)]
pub struct SeededIds {
    state: AtomicU64,
    clock: SharedClock,
}

impl SeededIds {
    /// Starts at `seed`; the clock gives the time part of ordered identifiers.
    pub fn new(seed: u64, clock: SharedClock) -> Self {
        Self { state: AtomicU64::new(seed), clock }
    }

    fn next(&self) -> u64 {
        mixed(self.state.fetch_add(STEP, Ordering::SeqCst).wrapping_add(STEP))
    }
}

impl Ids for SeededIds {
    fn ordered(&self) -> Uuid {
        let mut tail = [0; 10];
        self.fill(&mut tail);
        let millis = u64::try_from(self.clock.now().micros() / 1_000).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &tail).into_uuid()
    }

    fn random(&self) -> Uuid {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        Builder::from_random_bytes(bytes).into_uuid()
    }

    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(size_of::<u64>()) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
    }
}

/// Measures how long something took, unmoved by changes of the wall clock.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts measuring.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> Timestamp {
        Timestamp::try_from("2010-12-01T12:00:00Z".to_owned()).unwrap()
    }

    #[test]
    fn a_manual_clock_moves_only_when_moved() {
        let clock = ManualClock::new(noon());
        assert_eq!(clock.now(), noon());
        clock.advance(Duration::from_millis(1));
        assert_eq!(clock.now().micros(), noon().micros() + 1_000);
        clock.set(noon());
        assert_eq!(clock.now(), noon());
    }

    #[test]
    fn seeded_identifiers_repeat_and_differ_among_themselves() {
        let clock: SharedClock = Arc::new(ManualClock::new(noon()));
        let left = SeededIds::new(7, clock.clone());
        let right = SeededIds::new(7, clock.clone());
        assert_eq!(left.ordered(), right.ordered());
        assert_eq!(left.random(), right.random());
        assert_ne!(left.random(), left.random());
        assert_eq!(left.ordered().get_version_num(), 7);
        assert_eq!(left.random().get_version_num(), 4);
        assert_ne!(SeededIds::new(8, clock).random(), SeededIds::new(7, Arc::new(SystemClock)).random());
    }

    #[test]
    fn system_identifiers_sort_by_time_and_fill_differs() {
        let ids = SystemIds;
        assert!(ids.ordered() < ids.ordered());
        let mut left = [0; 32];
        let mut right = [0; 32];
        ids.fill(&mut left);
        ids.fill(&mut right);
        assert_ne!(left, right);
    }
}
