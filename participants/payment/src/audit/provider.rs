//! Compares what a provider has with what is recorded, while both go on.

use std::time::Duration;

use domain::{ProviderReference, Timestamp};
use service_kit::BoxError;
use service_kit::audit::{Examined, Findings, Looks};
use service_kit::poll::pause;
use tokio_postgres::{Client, IsolationLevel};
use tokio_util::sync::CancellationToken;

use super::compare;
use crate::provider::{Known, Page, PaymentProvider, ProviderError};
use crate::reconcile::{PAGES_MAX, since};

/// How often a page of the list is asked for, after a pause each.
const ATTEMPTS: usize = 60;
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// Compares all payments that a provider lists, as far back as reconciliation does, with what is recorded of them. What differs at one
/// look and not at the next was under way.
///
/// # Errors
/// When the provider or the database cannot be read.
pub async fn compare_all(
    log: &mut Client,
    provider: &dyn PaymentProvider,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<Vec<Examined>, BoxError> {
    let mut looks = Looks::default();
    loop {
        let known = listed(provider, since(now)).await?;
        let snapshot = log.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
        let mut found = Findings::default();
        let examined = compare(&snapshot.start().await?, &known, &mut found).await?;
        if looks.is_last(found, findings).await {
            return Ok(examined);
        }
    }
}

/// A page of the provider's list, asked for again where it does not answer.
async fn page(
    provider: &dyn PaymentProvider,
    since: Timestamp,
    behind: Option<&ProviderReference>,
) -> Result<Page, ProviderError> {
    for _ in 1..ATTEMPTS {
        match provider.list(since, behind).await {
            Err(ProviderError::Unavailable(_) | ProviderError::Unknown(_)) => {
                pause(RETRY_PAUSE, &CancellationToken::new()).await;
            }
            answer => return answer,
        }
    }
    provider.list(since, behind).await
}

async fn listed(provider: &dyn PaymentProvider, since: Timestamp) -> Result<Vec<Known>, BoxError> {
    let mut known = Vec::new();
    let mut behind = None;
    for _ in 0..PAGES_MAX {
        let page = page(provider, since, behind.as_ref()).await?;
        known.extend(page.payments);
        behind = page.next;
        if behind.is_none() {
            break;
        }
    }
    Ok(known)
}
