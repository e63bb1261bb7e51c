//! Keeps one client from using up everybody's capacity: shares of what runs at once, and budgets per second.
//!
//! Guarantees: of any limited total, one subject holds at most half and one tenant at most three quarters
//! ([`Shares`]); a subject whose budget is spent is refused with the time to wait ([`RateLimit`]).
//! Does not: count over several processes. Each process of a service has shares and budgets of its own, so with N
//! processes behind a load balancer a subject has up to N budgets.

mod rate;
mod shares;

pub use rate::{Allowance, RateLimit, Spent};
pub use shares::{Share, Shares, Taken};
