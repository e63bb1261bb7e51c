//! The timers of payments: effects without a result, deadlines of authentications, authorisations that expire.

use std::sync::Arc;
use std::time::Duration;

use domain::payment::{Payment, Wake};
use domain::{Decider, PaymentId, Timestamp};
use event_store::Waker;
use service_kit::BoxError;
use service_kit::errors::chain;

use crate::context::Payments;

/// Longest look at a payment at the provider. It is below the longest wake-up of a timer.
const LOOK_MS_MAX: u64 = 20_000;

/// Wakes payments whose moment has come.
pub fn waker(payments: Arc<Payments>) -> (&'static str, Waker) {
    let waker: Waker = Arc::new(move |id, now| {
        let payments = Arc::clone(&payments);
        Box::pin(async move { payments.wake_payment(id.parse()?, now).await })
    });
    (Payment::KIND, waker)
}

impl Payments {
    /// Asks the provider about a payment, then lets the payment look at the clock. Returns when it wants to do so next.
    async fn wake_payment(&self, id: PaymentId, now: Timestamp) -> Result<Option<Timestamp>, BoxError> {
        let state = self.state(id).await?;
        let is_due = Payment::wake_at(&state).is_some_and(|due| due <= now);
        if is_due {
            match tokio::time::timeout(Duration::from_millis(LOOK_MS_MAX), self.look(id, now)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::warn!(payment.id = %id, error = chain(&error), "what the provider says was not recorded");
                }
                Err(_) => tracing::warn!(payment.id = %id, "the provider took too long; later again"),
            }
        }
        if let Some(payment) = state.payment() {
            self.record(id, &payment.inbox.tenant, Wake { now }).await?;
        }
        Ok(Payment::wake_at(&*self.state(id).await?))
    }
}
