//! Reconciliation: everything that the provider has is compared with what is recorded, once a day.

use std::sync::Arc;
use std::time::Duration;

use domain::{PaymentId, ProviderReference, Timestamp};
use event_store::Job;
use service_kit::BoxError;
use service_kit::errors::chain;

use crate::context::Payments;
use crate::payment::AskError;
use crate::provider::Known;

/// How far back payments are compared: longer than an authorisation lasts, so that none ends unseen.
const DAYS: i64 = 14;
const DAY_MICROS: i64 = 24 * 3_600 * 1_000_000;
/// Most pages of one comparison.
pub(crate) const PAGES_MAX: usize = 10_000;

/// From when on payments are compared.
pub(crate) fn since(now: Timestamp) -> Timestamp {
    Timestamp::try_from_micros(now.micros().saturating_sub(DAYS * DAY_MICROS)).unwrap_or(Timestamp::EPOCH)
}

/// What a comparison found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Compared {
    payments: u64,
    /// Of those, not opened by us.
    foreign: u64,
    /// Of those, opened by us and not recorded here.
    unknown: u64,
}

/// The daily comparison of the provider's payments with those that are recorded.
pub fn job(payments: Arc<Payments>) -> Job {
    Job {
        name: "payment-reconciliation",
        every: Duration::from_hours(24),
        run: Arc::new(move || {
            let payments = Arc::clone(&payments);
            Box::pin(async move {
                let Compared { payments, foreign, unknown } = payments.reconcile().await?;
                Ok(format!("{payments} payments compared, {foreign} not ours, {unknown} not recorded"))
            })
        }),
    }
}

impl Payments {
    /// Records what the provider says of each of its payments.
    async fn reconcile(&self) -> Result<Compared, BoxError> {
        let since = since(self.now());
        let mut compared = Compared::default();
        let mut behind: Option<ProviderReference> = None;
        for _ in 0..PAGES_MAX {
            let page = self.provider.list(since, behind.as_ref()).await?;
            for known in page.payments {
                compared.payments += 1;
                match known.payment {
                    None => compared.foreign += 1,
                    Some(payment) => self.compare(payment, known, &mut compared).await?,
                }
            }
            behind = page.next;
            if behind.is_none() {
                break;
            }
        }
        Ok(compared)
    }

    async fn compare(&self, payment: PaymentId, known: Known, compared: &mut Compared) -> Result<(), AskError> {
        match self.take(payment, known).await {
            Err(AskError::Refused { source, .. }) => {
                compared.unknown += 1;
                metrics::counter!("payment_unrecorded_total").increment(1);
                tracing::warn!(payment.id = %payment, error = chain(&source), "the provider has a payment that is not recorded");
                Ok(())
            }
            result => result,
        }
    }
}
