//! A saga as of now, folded from its stream.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use command_kit::http::{Unkeyed, versioned};
use command_kit::{Caller, Refusal};
use domain::order_saga::{Ask, Goal, OrderSaga, OrderSagaRejection, OrderSagaState, Saga, outline_of};
use domain::{OrderId, Scope, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::flow_view::{DeadlineView, StageView};
use super::names::{
    FulfilmentStatusName, PaymentStatusName, ReservationStatusName, SagaOutcomeName, StepName, TaskName, UndoCauseName,
};
use super::rearrange::RearrangementView;
use super::route_view::RouteView;
use super::{AppState, Operations, OrderPath, visible};
use crate::code::WORDS;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(get_saga))
}

/// A request without an answer.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PendingView {
    pub step: StepName,
    /// How often it was asked.
    pub attempt: u32,
    /// When it is asked again.
    #[schema(value_type = String, format = DateTime)]
    pub due: Timestamp,
}

/// What was asked of one stream, and what is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PartView<S> {
    pub id: Uuid,
    pub status: S,
    /// What has no answer yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending: Option<PendingView>,
}

/// A task that only a person can decide.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskView {
    pub kind: TaskName,
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    /// When it is escalated; absent where it was escalated as often as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub deadline: Option<Timestamp>,
    /// How often it was escalated.
    pub escalations: u32,
    /// Who has taken it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignee: Option<String>,
}

/// The saga of an order.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SagaView {
    /// The id of the order.
    #[schema(value_type = Uuid)]
    pub order_id: OrderId,
    /// The version of the saga, which is also its ETag.
    pub version: i64,
    /// The version of the flow that drives it.
    pub flow: u32,
    /// Why it is being undone; absent while it is fulfilled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undone_because: Option<UndoCauseName>,
    /// How it ended; absent while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<SagaOutcomeName>,
    pub reservations: Vec<PartView<ReservationStatusName>>,
    pub payments: Vec<PartView<PaymentStatusName>>,
    pub fulfilments: Vec<PartView<FulfilmentStatusName>>,
    /// How the location was chosen that was asked last; absent where locations are asked in the order of the policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<RouteView>,
    /// What an operator wants to be sent otherwise, as long as it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rearrangement: Option<RearrangementView>,
    /// Until when stock is waited for, where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub stock_awaited_until: Option<Timestamp>,
    /// Whether something holds the order, so that nothing of it may be shipped.
    pub held: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskView>,
    /// When something is due next although nothing happens.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_due: Option<Timestamp>,
    /// All that is due although nothing happens, the first first.
    pub deadlines: Vec<DeadlineView>,
    /// The stages of the flow in their order, with the saga's place in them.
    pub stages: Vec<StageView>,
}

fn part<S>(id: Uuid, status: impl Into<S>, ask: Option<Ask>) -> PartView<S> {
    let pending = ask.map(|ask| PendingView { step: ask.asked.into(), attempt: ask.attempt, due: ask.due });
    PartView { id, status: status.into(), pending }
}

impl SagaView {
    fn of(version: i64, state: &OrderSagaState, saga: &Saga, now: Timestamp) -> Result<Self, OrderSagaRejection> {
        let stages = outline_of(saga, now)?;
        let task = saga.task.as_ref().map(|task| TaskView {
            kind: task.kind.into(),
            opened_at: task.opened_at,
            deadline: task.deadline,
            escalations: task.escalations,
            assignee: task.assignee.as_ref().map(ToString::to_string),
        });
        Ok(Self {
            order_id: saga.order,
            version,
            flow: saga.flow,
            undone_because: match saga.goal {
                Goal::Fulfil => None,
                Goal::Undo(cause) => Some(cause.into()),
            },
            outcome: saga.outcome.map(Into::into),
            reservations: saga.reservations.iter().map(|one| part(one.id.uuid(), one.status, one.ask)).collect(),
            payments: saga.payments.iter().map(|one| part(one.id.uuid(), one.status, one.ask)).collect(),
            fulfilments: saga.fulfilments.iter().map(|one| part(one.id.uuid(), one.status, one.ask)).collect(),
            route: saga.route.as_ref().map(RouteView::of),
            rearrangement: saga.rearrangement.as_ref().map(RearrangementView::of),
            held: saga.is_held(),
            stock_awaited_until: saga.stock_wait.map(|wait| wait.until),
            task,
            next_due: <OrderSaga as domain::Decider>::wake_at(state),
            deadlines: DeadlineView::all(saga),
            stages: stages.iter().map(StageView::of).collect(),
        })
    }
}

impl Operations {
    /// The saga of an order as of now.
    ///
    /// # Errors
    /// A [`Refusal`].
    pub async fn saga(&self, caller: &Caller, order: OrderId) -> Result<SagaView, Refusal> {
        caller.require(Scope::SAGA_OPERATE)?;
        let loaded = self.sagas.units().load::<OrderSaga>(&order.to_string()).await;
        let loaded = loaded.map_err(|error| Refusal::of_bus(&error, &WORDS))?;
        let saga = visible(&loaded.state, &caller.principal.tenant)?;
        let view = SagaView::of(loaded.version, &loaded.state, saga, self.now());
        view.map_err(|rejection| Refusal::rejected(&rejection))
    }
}

/// Read the saga of an order
#[utoipa::path(get, path = "/v1/orders/{id}/saga", tag = "sagas", responses(
    (status = 200, description = "The saga as of now.", body = SagaView),
))]
async fn get_saga(
    State(operations): State<Arc<Operations>>,
    Unkeyed(caller): Unkeyed,
    OrderPath(order): OrderPath,
) -> Result<Response, Refusal> {
    let view = operations.saga(&caller, order).await?;
    Ok(versioned(StatusCode::OK, &view, view.version, false))
}
