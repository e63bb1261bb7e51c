//! Simulated staff: they begin what there is room for and finish what is due, by the engine's clock.
//!
//! What they have in hand, and until when, is in the kitchen's stream, and when they look again is the stream's timer. So they are no
//! process of their own: whichever worker takes the timer goes on, and one that ended in the middle has left nothing half done. A timer
//! that comes twice finds nothing to do.

use std::sync::Arc;

use domain::kitchen::{Kitchen, KitchenEvent, Wake};
use domain::{Decider, KitchenId, Timestamp};
use event_store::{Metadata, Waker};
use service_kit::BoxError;

use crate::context::Kitchens;
use crate::request::{AskedBy, KitchenTask};

/// Lets simulated staff work.
pub fn waker(kitchens: Arc<Kitchens>) -> (&'static str, Waker) {
    let waker: Waker = Arc::new(move |id, now| {
        let kitchens = Arc::clone(&kitchens);
        Box::pin(async move { kitchens.work(id.parse()?, now).await })
    });
    (Kitchen::KIND, waker)
}

impl Kitchens {
    /// Lets the simulated staff of a kitchen look at the clock. Returns when they want to do so next.
    #[tracing::instrument(name = "kitchen.work", skip_all, fields(kitchen.id = %id))]
    async fn work(&self, id: KitchenId, now: Timestamp) -> Result<Option<Timestamp>, BoxError> {
        let state = self.runner.units().load::<Kitchen>(&id.to_string()).await?.state;
        let Some(kitchen) = state.kitchen() else { return Ok(None) };
        let task = KitchenTask {
            kitchen: id,
            command: Wake { now, speed: self.speed }.into(),
            looks_at: None,
            by: AskedBy { tenant: kitchen.tenant.clone(), metadata: Metadata::default() },
            is_wanted: &|_, _| true,
            value: &|unit, work, events| (Kitchen::wake_at(unit.state(work)), events),
        };
        let (next, events) = self.ask(task).await?;
        for event in &events {
            let what = match event {
                KitchenEvent::CookingStarted(_) => "begun",
                KitchenEvent::CookingFinished(_) => "done",
                _ => continue,
            };
            metrics::counter!("kitchen_simulated_items_total", "what" => what).increment(1);
        }
        Ok(next)
    }
}
