//! The expiry of reservations, by their timers.

use std::sync::Arc;

use domain::reservation::{Reservation, ReservationEvent, Wake};
use domain::{Decider, ReservationId, TenantId, Timestamp};
use event_store::{ExecuteError, Expectation, Metadata, UnitEffects, UnitOfWork, UnitOutcome, Waker};
use service_kit::BoxError;

use super::request::contended;
use super::unit::{BEGINS_MAX, ReservationUnit, UnitRefusal, holdings};
use crate::context::Inventory;

/// Wakes reservations whose expiry has come.
pub fn waker(inventory: Arc<Inventory>) -> (&'static str, Waker) {
    let waker: Waker = Arc::new(move |id, now| {
        let inventory = Arc::clone(&inventory);
        Box::pin(async move { inventory.wake_reservation(id.parse()?, now).await })
    });
    (Reservation::KIND, waker)
}

impl Inventory {
    /// Lets a reservation look at the clock. Returns when it wants to do so next.
    async fn wake_reservation(&self, id: ReservationId, now: Timestamp) -> Result<Option<Timestamp>, BoxError> {
        for _ in 0..BEGINS_MAX {
            let state = self.reservation_state(id).await?;
            let Some(tenant) = state.tenant().cloned() else { return Ok(None) };
            let (location, skus) = holdings(&state);
            let unit = ReservationUnit::new(id, Expectation::Existing, &tenant, location, skus);
            match self.expire(&unit, tenant, now).await? {
                UnitOutcome::Done(done) => return Ok(done.value),
                UnitOutcome::Refused(UnitRefusal::OtherMembers(_)) => {}
                UnitOutcome::Refused(refusal) => return Err(refusal.into()),
                UnitOutcome::Repeated(_) => return Ok(None),
            }
        }
        Err(contended(id).into())
    }

    async fn expire(
        &self,
        unit: &ReservationUnit,
        tenant: TenantId,
        now: Timestamp,
    ) -> Result<UnitOutcome<Option<Timestamp>, UnitRefusal>, ExecuteError> {
        let work = UnitOfWork {
            tenant,
            metadata: Metadata::default(),
            members: &unit.members,
            idempotency: None,
            decide: &|work| {
                let _expired: Vec<ReservationEvent> = unit.decide(work, Wake { now })?;
                Ok(Reservation::wake_at(work.state(unit.reservation)))
            },
            answer: &|_, _: &UnitEffects| None,
        };
        self.reservations.units().run(work).await
    }
}
