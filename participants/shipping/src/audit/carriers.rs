//! Compares what carriers have with what is recorded, while both go on.

use std::time::Duration;

use domain::{Timestamp, TrackingNumber};
use service_kit::BoxError;
use service_kit::audit::{Examined, Findings, Looks};
use service_kit::poll::pause;
use tokio_postgres::{Client, IsolationLevel};
use tokio_util::sync::CancellationToken;

use super::compare;
use crate::carrier::{Carrier, CarrierError, Carriers, KnownLabel, Page};

/// How far back labels are compared: longer than a parcel is followed.
const DAYS: i64 = 90;
const DAY_MICROS: i64 = 24 * 3_600 * 1_000_000;
/// Most pages of one comparison.
const PAGES_MAX: usize = 10_000;
/// How often a page of a list is asked for, after a pause each.
const ATTEMPTS: usize = 60;
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// Compares the labels that carriers list with what is recorded of them. What differs at one look and not at the next was under way.
///
/// # Errors
/// When a carrier or the database cannot be read.
pub async fn compare_all(
    log: &mut Client,
    carriers: &Carriers,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<Vec<Examined>, BoxError> {
    let since = Timestamp::try_from_micros(now.micros().saturating_sub(DAYS * DAY_MICROS)).unwrap_or(Timestamp::EPOCH);
    let mut looks = Looks::default();
    loop {
        let mut known = Vec::new();
        for (_, carrier) in carriers.iter() {
            known.extend(listed(&**carrier, since).await?);
        }
        let snapshot = log.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
        let mut found = Findings::default();
        let examined = compare(&snapshot.start().await?, &known, &mut found).await?;
        if looks.is_last(found, findings).await {
            return Ok(examined);
        }
    }
}

/// A page of a carrier's list, asked for again where it does not answer.
async fn page(carrier: &dyn Carrier, since: Timestamp, after: Option<&TrackingNumber>) -> Result<Page, CarrierError> {
    for _ in 1..ATTEMPTS {
        match carrier.list(since, after).await {
            Err(CarrierError::Unavailable(_) | CarrierError::Unknown(_)) => {
                pause(RETRY_PAUSE, &CancellationToken::new()).await;
            }
            answer => return answer,
        }
    }
    carrier.list(since, after).await
}

async fn listed(carrier: &dyn Carrier, since: Timestamp) -> Result<Vec<KnownLabel>, BoxError> {
    let mut known = Vec::new();
    let mut after = None;
    for _ in 0..PAGES_MAX {
        let page = page(carrier, since, after.as_ref()).await?;
        known.extend(page.labels);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Ok(known)
}
