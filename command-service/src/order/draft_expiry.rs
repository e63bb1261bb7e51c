//! The expiry of drafts: a job gives up those that nobody has changed for a time.
//!
//! Guarantees: a draft expires by an event of its own, once; one that was changed or placed after it was found is left as it is; what
//! is found late expires in a later run. Does not: know where old drafts are found.

use std::sync::Arc;
use std::time::Duration;

use domain::order::{ExpireDraft, Order, OrderCommand};
use domain::{Decider, OrderId, TenantId, Timestamp};
use event_store::{CommandBus, Execution, Expectation, Job, Metadata, Outcome, Store};
use futures::future::BoxFuture;
use service_kit::BoxError;
use service_kit::clock::{SharedClock, SharedIds};

/// How often old drafts are looked for.
const EVERY: Duration = Duration::from_hours(1);
/// Most drafts that are found at once.
const PAGE: usize = 500;

/// A draft and when it was last changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundDraft {
    pub order_id: OrderId,
    pub tenant: TenantId,
    /// The version that it was found with.
    pub version: i64,
    pub changed_at: Timestamp,
}

/// Finds drafts whose last change was before a moment, the oldest first, at most so many, and only those behind another one.
pub type FindDrafts = Arc<
    dyn Fn(Timestamp, Option<FoundDraft>, usize) -> BoxFuture<'static, Result<Vec<FoundDraft>, BoxError>> + Send + Sync,
>;

/// Lets drafts expire that nobody has changed for a time.
pub struct DraftExpiry {
    orders: CommandBus<Order>,
    clock: SharedClock,
    /// Time from the last change of a draft until it expires.
    kept: Duration,
    find: FindDrafts,
}

/// Of the drafts that were found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Found {
    expired: u64,
    /// Changed, placed or discarded meanwhile.
    left: u64,
}

/// Why a draft is not expired.
struct HasChanged;

impl DraftExpiry {
    /// Drafts expire when nobody has changed them for `kept`.
    pub fn new(store: Store, clock: SharedClock, ids: SharedIds, kept: Duration, find: FindDrafts) -> Self {
        Self { orders: CommandBus::new(store, ids), clock, kept, find }
    }

    /// The job that expires what is due.
    pub fn job(self) -> Job {
        let expiry = Arc::new(self);
        Job {
            name: "draft-expiry",
            every: EVERY,
            run: Arc::new(move || {
                let expiry = Arc::clone(&expiry);
                Box::pin(async move {
                    let Found { expired, left } = expiry.run().await?;
                    Ok(format!("{expired} drafts expired, {left} had changed meanwhile"))
                })
            }),
        }
    }

    async fn run(&self) -> Result<Found, BoxError> {
        let now = self.clock.now();
        let kept = i64::try_from(self.kept.as_micros()).unwrap_or(i64::MAX);
        let before = Timestamp::try_from_micros(now.micros().saturating_sub(kept)).unwrap_or(Timestamp::EPOCH);
        let mut found = Found::default();
        let mut last = None;
        loop {
            let page = (self.find)(before, last, PAGE).await?;
            for draft in &page {
                if self.expire(draft, now).await? {
                    found.expired += 1;
                } else {
                    found.left += 1;
                }
            }
            if page.len() < PAGE {
                return Ok(found);
            }
            last = page.into_iter().next_back();
        }
    }

    /// Whether the draft was given up.
    async fn expire(&self, draft: &FoundDraft, at: Timestamp) -> Result<bool, BoxError> {
        let decide = |version: i64, state: &<Order as Decider>::State| {
            if version != draft.version {
                return Err(HasChanged);
            }
            Order::decide(state, OrderCommand::ExpireDraft(ExpireDraft { at })).map_err(|_| HasChanged)
        };
        let execution = Execution {
            id: &draft.order_id.to_string(),
            tenant: draft.tenant.clone(),
            metadata: Metadata::default(),
            expects: Expectation::Existing,
            idempotency: None,
            decide: &decide,
            claims: &|_, _| None,
            answer: &|_| None,
        };
        Ok(matches!(self.orders.execute(execution).await?, Outcome::Done(_)))
    }
}
