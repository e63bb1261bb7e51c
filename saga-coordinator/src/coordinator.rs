//! A saga and its order in one unit of work.

use std::sync::Arc;

use domain::order::{Order, OrderRejection, RecordFact};
use domain::order_saga::{
    LearnAnswer, OrderSaga, OrderSagaCommand, OrderSagaEvent, OrderSagaRejection, Wake, order_commands,
};
use domain::{Decider, OrderId, TenantId, Timestamp};
use event_store::{
    ExecuteError, Expectation, Member, Members, Metadata, Store, UnitEffects, UnitOfWork, UnitOutcome, Units, Waker,
    Work,
};
use service_kit::BoxError;
use service_kit::clock::{SharedClock, SharedIds};

use crate::learned::Learned;
use crate::routing::Surveyor;

/// Drives sagas.
pub struct Coordinator {
    units: Units,
    clock: SharedClock,
    surveyor: Option<Surveyor>,
}

/// Why a saga was not driven.
#[derive(Debug, thiserror::Error)]
pub enum CoordinateError {
    /// The answer belongs to another tenant than the order.
    #[error("order {order} belongs to another tenant than what was answered for it")]
    OtherTenant { order: OrderId },
    /// The saga or the order refuses, which no repetition changes.
    #[error("order {order} does not take what its saga learned")]
    Refused {
        order: OrderId,
        #[source]
        source: CoordinateRefusal,
    },
    /// The store; see [`ExecuteError`] for whether a repetition may succeed.
    #[error("the saga of order {order} could not be driven")]
    Store {
        order: OrderId,
        #[source]
        source: ExecuteError,
    },
}

/// Who refuses.
#[derive(Debug, thiserror::Error)]
pub enum CoordinateRefusal {
    #[error("the saga refuses")]
    Saga(#[from] OrderSagaRejection),
    #[error("the order refuses")]
    Order(#[from] OrderRejection),
}

/// The streams of a saga's unit.
pub(crate) struct SagaUnit {
    pub(crate) members: Members,
    pub(crate) saga: Member<OrderSaga>,
    order: Member<Order>,
}

impl SagaUnit {
    pub(crate) fn new(order: OrderId) -> Self {
        let id = order.to_string();
        let mut members = Members::default();
        let saga = members.add::<OrderSaga>(&id, Expectation::Existing);
        let order = members.add::<Order>(&id, Expectation::Existing);
        Self { members, saga, order }
    }

    /// Decides a command on the saga, and what its events mean on the order.
    pub(crate) fn decide(
        &self,
        work: &mut Work<'_>,
        command: OrderSagaCommand,
    ) -> Result<Vec<OrderSagaEvent>, CoordinateRefusal> {
        let events = work.decide(self.saga, command)?;
        for event in &events {
            let Some(saga) = work.state(self.saga).saga() else { break };
            for command in order_commands(saga, || work.state(self.order), event) {
                work.decide(self.order, command)?;
            }
        }
        Ok(events)
    }

    /// Learns an answer. What was told comes first in the order's history, and what follows from it afterwards.
    fn learn(&self, work: &mut Work<'_>, learned: &Learned, at: Timestamp) -> Result<(), CoordinateRefusal> {
        let Learned { part, version, answer, fact, .. } = learned.clone();
        let is_news = work.state(self.saga).saga().is_some_and(|saga| saga.is_news(part, version));
        if is_news && let Some(fact) = fact {
            work.decide(self.order, RecordFact { fact, at }.into())?;
        }
        self.decide(work, LearnAnswer { part, version, answer, at }.into())?;
        Ok(())
    }
}

impl Coordinator {
    /// Drives the sagas of a store, which has the orders too.
    pub fn new(store: Store, clock: SharedClock, ids: SharedIds) -> Self {
        Self { units: Units::new(store, ids), clock, surveyor: None }
    }

    /// The same with what knows the locations of orders. Without it an order whose locations are compared waits.
    #[must_use]
    pub fn choosing_by(self, surveyor: Surveyor) -> Self {
        Self { surveyor: Some(surveyor), ..self }
    }

    /// Learns what another participant has answered. An answer to what no saga has asked for is left alone.
    #[tracing::instrument(name = "saga.learn", skip_all, fields(order.id = %learned.order))]
    pub(crate) async fn learn(&self, learned: &Learned, metadata: Metadata) -> Result<(), CoordinateError> {
        let order = learned.order;
        let unit = SagaUnit::new(order);
        let at = self.clock.now();
        let work = UnitOfWork {
            tenant: learned.tenant.clone(),
            metadata,
            members: &unit.members,
            idempotency: None,
            decide: &|work: &mut Work<'_>| {
                match work.state(unit.saga).saga() {
                    Some(saga) if saga.tenant != learned.tenant => return Err(LearnRefusal::OtherTenant),
                    Some(_) | None => {}
                }
                unit.learn(work, learned, at).map_err(LearnRefusal::Refused)
            },
            answer: &|_: Result<&(), &LearnRefusal>, _: &UnitEffects| None,
        };
        match self.units.run(work).await {
            Ok(UnitOutcome::Done(_) | UnitOutcome::Repeated(_)) => Ok(()),
            Ok(UnitOutcome::Refused(LearnRefusal::OtherTenant)) => Err(CoordinateError::OtherTenant { order }),
            Ok(UnitOutcome::Refused(LearnRefusal::Refused(source))) => Err(CoordinateError::Refused { order, source }),
            Err(source) => Err(CoordinateError::Store { order, source }),
        }
    }

    /// Lets a saga look at the clock. Returns when it wants to do so next.
    async fn wake(&self, order: OrderId, now: Timestamp) -> Result<Option<Timestamp>, BoxError> {
        let unit = SagaUnit::new(order);
        let state = self.units.load::<OrderSaga>(&order.to_string()).await?.state;
        let Some(saga) = state.saga() else { return Ok(None) };
        let candidates = match &self.surveyor {
            Some(surveyor) if saga.wants_route(now) => Some(surveyor.candidates(saga, now).await?),
            Some(_) | None => None,
        };
        let tenant = saga.tenant.clone();
        match self
            .units
            .run(wake_up(&unit, tenant, &|work| {
                unit.decide(work, Wake { candidates: candidates.clone(), at: now }.into())?;
                Ok(OrderSaga::wake_at(work.state(unit.saga)))
            }))
            .await?
        {
            UnitOutcome::Done(done) => Ok(done.value),
            UnitOutcome::Refused(refusal) => Err(refusal.into()),
            UnitOutcome::Repeated(_) => Ok(None),
        }
    }
}

type WakeUp<'a> = UnitOfWork<'a, Option<Timestamp>, CoordinateRefusal>;

fn wake_up<'a>(
    unit: &'a SagaUnit,
    tenant: TenantId,
    decide: &'a event_store::DecideUnit<'a, Option<Timestamp>, CoordinateRefusal>,
) -> WakeUp<'a> {
    UnitOfWork {
        tenant,
        metadata: Metadata::default(),
        members: &unit.members,
        idempotency: None,
        decide,
        answer: &|_, _: &UnitEffects| None,
    }
}

enum LearnRefusal {
    OtherTenant,
    Refused(CoordinateRefusal),
}

/// Wakes sagas with something overdue.
pub fn waker(coordinator: Arc<Coordinator>) -> (&'static str, Waker) {
    let waker: Waker = Arc::new(move |id, now| {
        let coordinator = Arc::clone(&coordinator);
        Box::pin(async move { coordinator.wake(id.parse()?, now).await })
    });
    (OrderSaga::KIND, waker)
}
