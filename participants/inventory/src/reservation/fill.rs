//! Setting stock aside for what a reservation has backordered.

use domain::reservation::{FillBackorders, ReservationState};
use domain::{Pieces, ReservationId, Sku};
use event_store::{Expectation, Metadata, UnitEffects, UnitOfWork, UnitOutcome};

use super::request::{AskError, contended};
use super::unit::{BEGINS_MAX, ReservationUnit, UnitRefusal};
use crate::context::Inventory;

/// Whether a reservation waits for more of a SKU, after as much as there was has been set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filled {
    StillWaits,
    WaitsNoMore,
}

impl Inventory {
    /// Sets stock of one SKU aside for a reservation, as far as it is backordered and there is some. A reservation that waits for several
    /// is filled by each in its turn, so that it passes nobody.
    ///
    /// # Errors
    /// [`AskError`], with nothing stored or, for a lost connection, an unknown outcome that a repetition finds out.
    pub(crate) async fn fill(&self, id: ReservationId, sku: &Sku, metadata: &Metadata) -> Result<Filled, AskError> {
        let failed = |source| AskError::Store { reservation: id, source };
        for _ in 0..BEGINS_MAX {
            let state = self.reservation_state(id).await.map_err(failed)?;
            let (Some(tenant), true) = (state.tenant(), backordered(&state, sku) > Pieces::ZERO) else {
                return Ok(Filled::WaitsNoMore);
            };
            let unit = ReservationUnit::new(id, Expectation::Existing, tenant, state.location(), [sku].into_iter());
            let at = self.now();
            let work = UnitOfWork {
                tenant: tenant.clone(),
                metadata: metadata.clone(),
                members: &unit.members,
                idempotency: None,
                decide: &|work| {
                    unit.decide(work, FillBackorders { tenant: tenant.clone(), seen: unit.fillable(work), at })?;
                    Ok(backordered(work.state(unit.reservation), sku))
                },
                answer: &|_: Result<&Pieces, &UnitRefusal>, _: &UnitEffects| None,
            };
            match self.reservations.units().run(work).await.map_err(failed)? {
                UnitOutcome::Done(done) if done.value.is_zero() => return Ok(Filled::WaitsNoMore),
                UnitOutcome::Done(_) | UnitOutcome::Repeated(_) => return Ok(Filled::StillWaits),
                UnitOutcome::Refused(UnitRefusal::OtherMembers(_)) => {}
                UnitOutcome::Refused(refusal) => {
                    return Err(AskError::Refused { reservation: id, source: Box::new(refusal) });
                }
            }
        }
        Err(failed(contended(id)))
    }
}

/// What a reservation has backordered of a SKU.
fn backordered(state: &ReservationState, sku: &Sku) -> Pieces {
    state.lines().iter().find(|line| line.sku == *sku).map_or(Pieces::ZERO, |line| line.backordered)
}
