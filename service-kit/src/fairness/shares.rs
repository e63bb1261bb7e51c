//! Shares of a total that may be in use at once.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use domain::TenantId;

use crate::auth::Principal;
use crate::problem::Problem;

/// Seconds for `Retry-After`: units are released within moments.
const RETRY_AFTER_S: u32 = 1;

/// Counts how many units of a limited total each subject and tenant holds. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Shares(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Name of the units in messages, in the plural, such as `requests`.
    what: &'static str,
    per_subject_max: usize,
    per_tenant_max: usize,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    by_subject: HashMap<Subject, usize>,
    by_tenant: HashMap<TenantId, usize>,
}

/// A subject is unique within its tenant.
type Subject = (TenantId, Arc<str>);

/// One unit in use, until it is dropped.
#[derive(Debug)]
pub struct Share {
    shares: Shares,
    subject: Subject,
}

/// The error of a subject or tenant that holds as much as it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{holder} has {max} {what} at once, and no more are taken; let some end first")]
pub struct Taken {
    /// The token's subject or the whole tenant, whose share is used up.
    holder: &'static str,
    what: &'static str,
    max: usize,
}

impl Shares {
    /// Shares of a total: a subject may hold half of it, a tenant three quarters, and at least one each.
    pub fn of(what: &'static str, total: usize) -> Self {
        let per_subject_max = (total / 2).max(1);
        let per_tenant_max = (total - total / 4).max(1);
        Self(Arc::new(Inner { what, per_subject_max, per_tenant_max, held: Mutex::default() }))
    }

    /// Takes one unit.
    ///
    /// # Errors
    /// [`Taken`] when the subject or its tenant holds as much as it may.
    pub fn take(&self, principal: &Principal) -> Result<Share, Taken> {
        let inner = &*self.0;
        let subject = (principal.tenant.clone(), Arc::clone(&principal.subject));
        let mut held = inner.held.lock().unwrap_or_else(PoisonError::into_inner);
        let by_subject = held.by_subject.get(&subject).copied().unwrap_or_default();
        if by_subject >= inner.per_subject_max {
            return Err(Taken { holder: "your token's subject", what: inner.what, max: inner.per_subject_max });
        }
        let by_tenant = held.by_tenant.get(&subject.0).copied().unwrap_or_default();
        if by_tenant >= inner.per_tenant_max {
            return Err(Taken { holder: "your tenant", what: inner.what, max: inner.per_tenant_max });
        }
        held.by_tenant.insert(subject.0.clone(), by_tenant + 1);
        held.by_subject.insert(subject.clone(), by_subject + 1);
        drop(held);
        Ok(Share { shares: self.clone(), subject })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = self.shares.0.held.lock().unwrap_or_else(PoisonError::into_inner);
        give_back(&mut held.by_tenant, &self.subject.0);
        give_back(&mut held.by_subject, &self.subject);
    }
}

/// Forgets holders without units, so that memory is bounded by the units in use.
fn give_back<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: &K) {
    let left = counts.get(key).copied().unwrap_or_default().saturating_sub(1);
    if left == 0 {
        counts.remove(key);
    } else if let Some(count) = counts.get_mut(key) {
        *count = left;
    }
}

impl From<Taken> for Problem {
    fn from(taken: Taken) -> Self {
        metrics::counter!("fairness_refused_total", "bound" => taken.what).increment(1);
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_at_once", "Too much at once")
            .detail(taken.to_string())
            .retry_after_s(RETRY_AFTER_S)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Role;

    fn principal(tenant: &str, subject: &str) -> Principal {
        let tenant = TenantId::try_new(tenant).unwrap();
        Principal { subject: subject.into(), tenant, customer: None, scopes: Role::Admin.scopes() }
    }

    #[test]
    fn a_subject_takes_half_and_a_tenant_three_quarters() {
        let shares = Shares::of("requests", 8);
        let (ann, bob, eve) = (principal("shop", "ann"), principal("shop", "bob"), principal("other", "ann"));
        let mut held: Vec<Share> = (0..4).map(|_| shares.take(&ann).unwrap()).collect();
        assert!(shares.take(&ann).unwrap_err().to_string().contains("4 requests"));
        held.extend((0..2).map(|_| shares.take(&bob).unwrap()));
        assert!(shares.take(&bob).unwrap_err().to_string().starts_with("your tenant"));
        let theirs = shares.take(&eve).unwrap();
        held.clear();
        assert!(shares.take(&ann).is_ok());
        drop(theirs);
        let counts = shares.0.held.lock().unwrap();
        assert!(counts.by_subject.is_empty() && counts.by_tenant.is_empty(), "who holds nothing is forgotten");
    }

    #[test]
    fn everybody_may_hold_one() {
        let shares = Shares::of("imports", 1);
        let _one = shares.take(&principal("shop", "ann")).unwrap();
        assert!(shares.take(&principal("other", "ann")).is_ok());
    }
}
