//! What operators do with sagas: look, take and decide tasks, ask again, skip, rearrange, undo. Who did it stands in the event.

mod commands;
mod flow_view;
mod names;
mod rearrange;
mod route_view;
mod view;

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use command_kit::http::ServiceState;
use command_kit::{Answer, Caller, Refusal, UnitRunner, UnitTask};
use domain::order_saga::{OrderSagaCommand, OrderSagaRejection, OrderSagaState, Saga};
use domain::{EventId, Operator, OrderId, Scope, TenantId, Timestamp};
use event_store::{Store, UnitEffects, Work};
use serde::{Deserialize, Serialize};
use service_kit::clock::{SharedClock, SharedIds};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use crate::code::{self, not_found};
use crate::coordinator::{CoordinateRefusal, SagaUnit};

pub(crate) use commands::TEXTS;
pub use view::SagaView;

/// Runs operators' commands.
pub struct Operations {
    sagas: UnitRunner,
    clock: SharedClock,
}

/// What handlers share.
pub(crate) type AppState = ServiceState<Operations>;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    view::routes().merge(commands::routes()).merge(rearrange::routes())
}

/// The result of an operator's command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SagaReceipt {
    /// The id of the order.
    #[schema(value_type = Uuid)]
    pub order_id: OrderId,
    /// The version of the saga after the command, which is also its ETag.
    pub version: i64,
    /// The version of the flow that drives it. It also tells the receipt from one of the order.
    pub flow: u32,
    /// The ids of the events that were stored, with those of the order; empty if there was nothing to change.
    #[schema(value_type = Vec<Uuid>)]
    pub event_ids: Vec<EventId>,
}

impl command_kit::Receipt for SagaReceipt {
    fn version(&self) -> i64 {
        self.version
    }

    fn event_ids(&self) -> &[EventId] {
        &self.event_ids
    }
}

/// The order that a path names.
struct OrderPath(OrderId);

#[derive(Deserialize)]
struct OrderParts {
    id: String,
}

impl<S: Send + Sync> FromRequestParts<S> for OrderPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let read = Path::<OrderParts>::from_request_parts(parts, state).await;
        let Path(OrderParts { id }) = read.map_err(|_: PathRejection| not_found())?;
        id.parse().map(Self).map_err(|_| not_found())
    }
}

/// One command of an operator's.
struct Operation<'a, I> {
    name: &'static str,
    order: OrderId,
    /// What the request is recognised by.
    input: &'a I,
    command: OrderSagaCommand,
}

impl Operations {
    /// Operations over a store. `fingerprint_key` hashes requests for idempotency; it must stay the same for as long as keys are to
    /// be recognised, and be the same in every process.
    pub fn new(store: Store, clock: SharedClock, ids: SharedIds, fingerprint_key: &[u8; 32]) -> Self {
        Self { sagas: UnitRunner::new(store, ids, fingerprint_key, code::WORDS), clock }
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn run<I: Serialize + Sync>(
        &self,
        caller: &Caller,
        operation: Operation<'_, I>,
    ) -> Result<Answer<SagaReceipt>, Refusal> {
        let Operation { name, order, input, command } = operation;
        let unit = SagaUnit::new(order);
        let task = UnitTask {
            operation: name,
            scopes: &[Scope::SAGA_OPERATE],
            named: Some(&order.to_string()),
            input,
            members: &unit.members,
            decide: &|work: &mut Work<'_>| {
                let version = work.version(unit.saga);
                // Before the version is looked at, which tells that a saga is there.
                let flow = visible(work.state(unit.saga), &caller.principal.tenant)?.flow;
                if let Some(expected) = &caller.expected {
                    expected.check(version, &code::WORDS)?;
                }
                unit.decide(work, command.clone()).map_err(|refusal| match refusal {
                    CoordinateRefusal::Saga(rejection) => refused(&rejection, version),
                    CoordinateRefusal::Order(rejection) => Refusal::rejected(&rejection),
                })?;
                Ok((work.version(unit.saga), flow))
            },
            receipt: &|(version, flow): &(i64, u32), effects: &UnitEffects| SagaReceipt {
                order_id: order,
                version: *version,
                flow: *flow,
                event_ids: effects.event_ids.clone(),
            },
        };
        self.sagas.run(caller, task).await
    }
}

/// The saga of a tenant's order.
fn visible<'a>(state: &'a OrderSagaState, tenant: &TenantId) -> Result<&'a Saga, Refusal> {
    state.saga().filter(|saga| saga.tenant == *tenant).ok_or_else(not_found)
}

fn refused(rejection: &OrderSagaRejection, version: i64) -> Refusal {
    Refusal::rejected(rejection).at(version)
}

/// The operator that a caller is.
fn operator(caller: &Caller) -> Result<Operator, Refusal> {
    Operator::try_new(&*caller.principal.subject).map_err(|error| {
        Refusal::new(command_kit::code::FORBIDDEN, format!("the token's subject cannot be recorded: {error}"))
    })
}
