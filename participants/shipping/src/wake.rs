//! The timers of shipments: effects without a result, and parcels of which nothing is heard.

use std::sync::Arc;
use std::time::Duration;

use domain::shipment::{Shipment, Wake};
use domain::{Decider, FulfilmentId, Timestamp};
use event_store::{Metadata, Waker};
use service_kit::BoxError;
use service_kit::errors::chain;

use crate::context::Shipments;
use crate::request::AskError;

/// Longest time with a carrier. It is below the longest wake-up of a timer.
const LOOK_MS_MAX: u64 = 20_000;

/// Wakes shipments whose moment has come.
pub fn waker(shipments: Arc<Shipments>) -> (&'static str, Waker) {
    let waker: Waker = Arc::new(move |id, now| {
        let shipments = Arc::clone(&shipments);
        Box::pin(async move { shipments.wake(id.parse()?, now).await })
    });
    (Shipment::KIND, waker)
}

impl Shipments {
    /// Asks the carrier about a shipment, then lets the shipment look at the clock. Returns when it wants to do so next.
    ///
    /// A look at a parcel that shows nothing new leaves no event; when to look again follows from when something was heard last.
    #[tracing::instrument(name = "shipment.wake", skip_all, fields(shipment.id = %id))]
    async fn wake(&self, id: FulfilmentId, now: Timestamp) -> Result<Option<Timestamp>, BoxError> {
        let state = self.state(id).await?;
        let Some(shipment) = state.shipment() else { return Ok(None) };
        if Shipment::wake_at(&state).is_some_and(|due| due <= now) {
            match tokio::time::timeout(Duration::from_millis(LOOK_MS_MAX), self.ask(id, now)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(error = chain(&error), "what a carrier says was not recorded"),
                Err(_) => tracing::warn!("a carrier took too long; later again"),
            }
        }
        let state = self.record(id, &shipment.tenant, Metadata::default(), Wake { now }).await?;
        Ok(state.shipment().and_then(|shipment| shipment.next_look(now)))
    }

    /// Tells the carrier again what is due and still without a result. Where nothing is under way after that, reads the parcel: whether of
    /// a label that was long in force or of one whose sale is known only now, webhooks may have been lost.
    async fn ask(&self, id: FulfilmentId, now: Timestamp) -> Result<(), AskError> {
        let mut state = self.state(id).await?;
        let effect = state.shipment().and_then(|shipment| shipment.effect.as_ref());
        if effect.is_some_and(|effect| effect.ask_at <= now) {
            self.tell(id, state).await?;
            state = self.state(id).await?;
        }
        match state.shipment() {
            Some(shipment) if shipment.effect.is_none() => self.look(id, shipment).await,
            Some(_) | None => Ok(()),
        }
    }
}
