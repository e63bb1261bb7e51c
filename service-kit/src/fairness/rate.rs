//! Budgets per second.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use domain::TenantId;
use governor::clock::Clock;
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::auth::Principal;
use crate::clock::Stopwatch;
use crate::problem::Problem;

/// The headers of draft-ietf-httpapi-ratelimit-headers.
const POLICY_HEADER: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT_HEADER: HeaderName = HeaderName::from_static("ratelimit");
/// Requests after which subjects whose budget is full again are forgotten.
const FORGET_EVERY_REQUESTS: u64 = 16_384;
/// Time in seconds after which an unused budget is full.
const BURST_S: u32 = 2;

type Subject = (TenantId, Arc<str>);

/// A budget of units per second for each subject, as a token bucket: unused units are kept for two seconds.
pub struct RateLimit<C: Clock = ProcessClock> {
    name: &'static str,
    per_s: NonZeroU32,
    burst: NonZeroU32,
    buckets: RateLimiter<Subject, DefaultKeyedStateStore<Subject>, C, StateInformationMiddleware>,
    clock: C,
    requests: AtomicU64,
}

/// The state of a subject's budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    name: &'static str,
    /// The most that can be used at once, in units.
    pub limit: u32,
    /// Units left now.
    pub remaining: u32,
    /// Seconds until the budget is full again, rounded up.
    pub reset_s: u32,
    window_s: u32,
}

/// The error of a budget with too few units left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the budget of {} {} a second is spent; try again in {wait_s} s", .per_s, .allowance.name)]
pub struct Spent {
    per_s: u32,
    /// The units left, which are fewer than requested.
    pub allowance: Allowance,
    /// Seconds until as many units as requested are available, rounded up.
    pub wait_s: u32,
}

/// The time since the process began to count. Changes of the wall clock do not affect it.
#[derive(Debug, Clone)]
pub struct ProcessClock(Stopwatch);

impl Clock for ProcessClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.0.elapsed().into()
    }
}

impl RateLimit {
    /// A named budget, such as `commands`. `unit_max` is the most that one request may cost: the bucket holds at least
    /// that much, so that every request can succeed some time.
    pub fn new(name: &'static str, per_s: NonZeroU32, unit_max: NonZeroU32) -> Self {
        Self::with_clock(name, per_s, unit_max, ProcessClock(Stopwatch::start()))
    }
}

impl<C: Clock<Instant = Nanos> + Clone> RateLimit<C> {
    fn with_clock(name: &'static str, per_s: NonZeroU32, unit_max: NonZeroU32, clock: C) -> Self {
        let two_seconds = per_s.saturating_mul(NonZeroU32::new(BURST_S).expect("two is not zero"));
        let burst = two_seconds.max(unit_max);
        let quota = Quota::per_second(per_s).allow_burst(burst);
        let buckets = RateLimiter::dashmap_with_clock(quota, clock.clone()).with_middleware();
        Self { name, per_s, burst, buckets, clock, requests: AtomicU64::new(0) }
    }

    /// Takes units from a subject's budget.
    ///
    /// # Errors
    /// [`Spent`] when fewer are left; then none is taken.
    pub fn take(&self, principal: &Principal, units: NonZeroU32) -> Result<Allowance, Spent> {
        if self.requests.fetch_add(1, Ordering::Relaxed).is_multiple_of(FORGET_EVERY_REQUESTS) {
            self.buckets.retain_recent();
        }
        let subject = (principal.tenant.clone(), Arc::clone(&principal.subject));
        let units = units.min(self.burst);
        let taken = self.buckets.check_key_n(&subject, units).expect("the bucket holds as many");
        match taken {
            Ok(snapshot) => Ok(self.allowance(snapshot.remaining_burst_capacity())),
            Err(not_until) => {
                let wait = not_until.wait_time_from(self.clock.now());
                let wait_s = seconds_up(wait).max(1);
                // So many that `units` are available after the wait.
                let missing = units_in(self.per_s, wait);
                let remaining = units.get().saturating_sub(missing.max(1));
                Err(Spent { per_s: self.per_s.get(), allowance: self.allowance(remaining), wait_s })
            }
        }
    }

    fn allowance(&self, remaining: u32) -> Allowance {
        let burst = self.burst.get();
        let reset_s = burst.saturating_sub(remaining).div_ceil(self.per_s.get());
        let window_s = burst.div_ceil(self.per_s.get());
        Allowance { name: self.name, limit: burst, remaining, reset_s, window_s }
    }
}

impl<C: Clock> std::fmt::Debug for RateLimit<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RateLimit({} {} a second)", self.per_s, self.name)
    }
}

fn seconds_up(time: Duration) -> u32 {
    let whole = u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
    whole.saturating_add(u32::from(time.subsec_nanos() > 0))
}

/// Units that are added within a time, rounded up.
fn units_in(per_s: NonZeroU32, time: Duration) -> u32 {
    let units = (time.as_nanos() * u128::from(per_s.get())).div_ceil(1_000_000_000);
    u32::try_from(units).unwrap_or(u32::MAX)
}

impl Allowance {
    /// Writes `RateLimit-Policy` and `RateLimit`.
    ///
    /// # Panics
    /// Never: names and numbers are visible ASCII.
    pub fn write_to(&self, headers: &mut HeaderMap) {
        let Self { name, limit, remaining, reset_s, window_s } = self;
        let value = |text: String| HeaderValue::try_from(text).expect("names and numbers are visible ASCII");
        headers.insert(POLICY_HEADER, value(format!("\"{name}\";q={limit};w={window_s}")));
        headers.insert(LIMIT_HEADER, value(format!("\"{name}\";r={remaining};t={reset_s}")));
    }
}

impl From<Spent> for Problem {
    fn from(spent: Spent) -> Self {
        metrics::counter!("fairness_refused_total", "bound" => spent.allowance.name).increment(1);
        Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", "Too many requests")
            .detail(spent.to_string())
            .retry_after_s(spent.wait_s)
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;
    use crate::auth::Role;

    fn units(count: u32) -> NonZeroU32 {
        NonZeroU32::new(count).unwrap()
    }

    fn principal(subject: &str) -> Principal {
        let tenant = TenantId::try_new("shop").unwrap();
        Principal { subject: subject.into(), tenant, customer: None, scopes: Role::Admin.scopes() }
    }

    #[test]
    fn a_budget_is_spent_and_comes_back_with_time() {
        let clock = FakeRelativeClock::default();
        let limit = RateLimit::with_clock("commands", units(10), units(1), clock.clone());
        let ann = principal("ann");
        for left in (0..20).rev() {
            assert_eq!(limit.take(&ann, units(1)).unwrap().remaining, left);
        }
        let spent = limit.take(&ann, units(1)).unwrap_err();
        assert_eq!((spent.wait_s, spent.allowance.remaining, spent.allowance.reset_s), (1, 0, 2));
        assert!(limit.take(&principal("bob"), units(1)).is_ok(), "another subject has a budget of its own");
        clock.advance(Duration::from_millis(100));
        assert!(limit.take(&ann, units(1)).is_ok());
        assert!(limit.take(&ann, units(1)).is_err());
        clock.advance(Duration::from_secs(60));
        assert_eq!(limit.take(&ann, units(1)).unwrap().remaining, 19);
    }

    #[test]
    fn what_costs_more_than_is_left_takes_nothing_and_says_how_long_to_wait() {
        let clock = FakeRelativeClock::default();
        let limit = RateLimit::with_clock("cost", units(100), units(1_000), clock.clone());
        let ann = principal("ann");
        assert_eq!(limit.take(&ann, units(900)).unwrap().remaining, 100);
        let spent = limit.take(&ann, units(400)).unwrap_err();
        assert_eq!((spent.wait_s, spent.allowance.remaining), (3, 100));
        assert_eq!(limit.take(&ann, units(100)).unwrap().remaining, 0);
        clock.advance(Duration::from_secs(10));
        assert_eq!(limit.take(&ann, units(1_000)).unwrap().remaining, 0);
        assert!(limit.take(&ann, units(5_000)).is_err(), "more than the bucket holds counts as all of it");
    }

    #[test]
    fn the_headers_are_those_of_the_draft() {
        let limit = RateLimit::with_clock("commands", units(10), units(1), FakeRelativeClock::default());
        let mut headers = HeaderMap::new();
        limit.take(&principal("ann"), units(5)).unwrap().write_to(&mut headers);
        assert_eq!(headers["ratelimit-policy"], "\"commands\";q=20;w=2");
        assert_eq!(headers["ratelimit"], "\"commands\";r=15;t=1");
    }
}
