//! A request to a reservation, whichever way it comes.

use domain::reservation::{
    ReleaseReservation, RenewReservation, Request, RequestedLine, Reservation, ReservationCommand, ReservationEvent,
    ReservationState, ReserveStock, ShipReservation,
};
use domain::{LocationId, OrderId, RequestId, ReservationId, Timestamp};
use event_store::{ExecuteError, Expectation, Metadata, UnitEffects, UnitOfWork, UnitOutcome, Work};
use serde::Serialize;

use super::unit::{BEGINS_MAX, ReservationUnit, UnitRefusal, holdings};
use crate::context::Inventory;

/// What is asked of a reservation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Asked {
    /// All of these or none.
    Reserve {
        location: LocationId,
        lines: Vec<RequestedLine>,
        expires_at: Timestamp,
    },
    Renew {
        expires_at: Timestamp,
    },
    Release,
    Ship {
        lines: Vec<RequestedLine>,
    },
}

/// Who asks, for which order, and under which id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedBy {
    /// The same in every repetition.
    pub request: RequestId,
    pub tenant: domain::TenantId,
    pub order: OrderId,
    /// Stored beside the events.
    pub metadata: Metadata,
}

/// Why a request was left without an answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The request cannot be answered, however often it is repeated.
    #[error("reservation {reservation} does not take the request")]
    Refused {
        reservation: ReservationId,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The store; see [`ExecuteError`] for whether a repetition may succeed.
    #[error("reservation {reservation} could not be decided")]
    Store {
        reservation: ReservationId,
        #[source]
        source: ExecuteError,
    },
}

impl Asked {
    pub(super) fn command(
        &self,
        by: &AskedBy,
        unit: &ReservationUnit,
        work: &Work<'_>,
        at: Timestamp,
    ) -> ReservationCommand {
        let request = Request { id: by.request, tenant: by.tenant.clone(), order: by.order };
        match self.clone() {
            Self::Reserve { location, lines, expires_at } => {
                ReserveStock { request, location, lines, expires_at, seen: unit.availability(work), at }.into()
            }
            Self::Renew { expires_at } => RenewReservation { request, expires_at, at }.into(),
            Self::Release => ReleaseReservation { request, at }.into(),
            Self::Ship { lines } => ShipReservation { request, lines, at }.into(),
        }
    }
}

impl Inventory {
    /// Answers a request that came in a message: the answer is the event that is stored with the request's id. A repetition stores
    /// nothing.
    ///
    /// # Errors
    /// [`AskError`], with nothing stored or, for a lost connection, an unknown outcome that a repetition finds out.
    #[tracing::instrument(name = "message.reservation", skip_all, fields(reservation.id = %id))]
    pub async fn answer(
        &self,
        id: ReservationId,
        asked: &Asked,
        by: &AskedBy,
    ) -> Result<Vec<ReservationEvent>, AskError> {
        let failed = |source| AskError::Store { reservation: id, source };
        for _ in 0..BEGINS_MAX {
            let unit = self.unit_for(id, asked, &by.tenant).await.map_err(failed)?;
            let at = self.now();
            let work = UnitOfWork {
                tenant: by.tenant.clone(),
                metadata: by.metadata.clone(),
                members: &unit.members,
                idempotency: None,
                decide: &|work| {
                    let command = asked.command(by, &unit, work, at);
                    unit.decide(work, command)
                },
                answer: &|_: Result<&Vec<ReservationEvent>, &UnitRefusal>, _: &UnitEffects| None,
            };
            match self.reservations.units().run(work).await.map_err(failed)? {
                UnitOutcome::Done(done) => return Ok(done.value),
                UnitOutcome::Refused(UnitRefusal::OtherMembers(_)) => {}
                UnitOutcome::Refused(refusal) => {
                    return Err(AskError::Refused { reservation: id, source: Box::new(refusal) });
                }
                UnitOutcome::Repeated(_) => return Ok(Vec::new()),
            }
        }
        Err(failed(contended(id)))
    }

    /// The unit that a request probably needs. What the reservation holds is a guess from memory, which the decision checks.
    pub(super) async fn unit_for(
        &self,
        id: ReservationId,
        asked: &Asked,
        tenant: &domain::TenantId,
    ) -> Result<ReservationUnit, ExecuteError> {
        if let Asked::Reserve { location, lines, .. } = asked {
            let skus = lines.iter().map(|line| &line.sku);
            return Ok(ReservationUnit::new(id, Expectation::New, tenant, Some(location), skus));
        }
        let state = self.reservations.units().recent::<Reservation>(&id.to_string()).await?;
        let (location, skus) = holdings(&state);
        Ok(ReservationUnit::new(id, Expectation::Existing, tenant, location, skus))
    }

    /// A reservation as of now.
    pub(super) async fn reservation_state(
        &self,
        id: ReservationId,
    ) -> Result<std::sync::Arc<ReservationState>, ExecuteError> {
        Ok(self.reservations.units().load::<Reservation>(&id.to_string()).await?.state)
    }
}

pub(super) fn contended(id: ReservationId) -> ExecuteError {
    use domain::Decider;
    ExecuteError::Contended { stream: event_store::StreamId::new(Reservation::KIND, &id.to_string()) }
}
