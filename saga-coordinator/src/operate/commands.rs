//! The commands of operators.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use command_kit::http::form::{Form, Text};
use command_kit::http::{JsonBody, Keyed, OptionalJsonBody, optional_text, versioned};
use command_kit::{Answer, Fields, Refusal};
use domain::order_saga::{Asked, AssignTask, DecideTask, RetrySteps, SkipStep, TaskDecision, TaskKind, UndoOrder};
use domain::{Operator, Reason};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::names::{StepName, TaskName};
use super::{AppState, Operation, Operations, OrderPath, SagaReceipt, operator};

pub(crate) const TEXTS: &[Text] = &[
    Text::new("AssignmentBody", "assignee", Form::Line, 255),
    Text::new("DecisionBody", "note", Form::Line, 500),
    Text::new("SkipBody", "reason", Form::Line, 500),
    Text::new("WantedShareBody", "location", Form::Identifier, 32),
];

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(assign_task))
        .routes(routes!(decide_task))
        .routes(routes!(retry_steps))
        .routes(routes!(skip_step))
        .routes(routes!(undo_order))
}

pub(super) fn reply(answer: &Answer<SagaReceipt>) -> Response {
    versioned(StatusCode::OK, &answer.receipt, answer.receipt.version, answer.replayed)
}

/// Who is to decide the task.
#[derive(Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"assignee": "ann"}))]
struct AssignmentBody {
    /// The subject of that person's tokens; left out, you.
    #[schema(max_length = 255)]
    #[serde(default, deserialize_with = "optional_text")]
    assignee: Option<String>,
}

/// Take the open task of an order, or give it to somebody
#[utoipa::path(post, path = "/v1/orders/{id}/saga/task/assign", tag = "sagas", request_body = AssignmentBody, responses(
    (status = 200, description = "The task is assigned.", body = SagaReceipt),
))]
async fn assign_task(
    State(operations): State<Arc<Operations>>,
    Keyed(caller): Keyed,
    OrderPath(order): OrderPath,
    OptionalJsonBody(body): OptionalJsonBody<AssignmentBody>,
) -> Result<Response, Refusal> {
    let by = operator(&caller)?;
    let mut fields = Fields::default();
    let named = fields.check_optional("/assignee", body.assignee.clone(), Operator::try_new);
    let assignee = fields.finish(|| Some(named?.unwrap_or_else(|| by.clone())))?;
    let tenant = caller.principal.tenant.clone();
    let command = AssignTask { tenant, assignee, by, at: operations.now() }.into();
    let operation = Operation { name: "saga.assign_task", order, input: &body, command };
    Ok(reply(&operations.run(&caller, operation).await?))
}

/// A decision.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum DecisionName {
    /// The order is good. Of a review only.
    Approve,
    /// Go on waiting or trying; all deadlines begin anew.
    Continue,
    /// Undo the order.
    Undo,
    /// Send what was lost again. Of lost goods only.
    SendAgain,
}

/// What is decided.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"task": "REVIEW", "decision": "APPROVE", "note": "known customer"}))]
struct DecisionBody {
    /// The task that you have seen, so that you decide no other one.
    task: TaskName,
    decision: DecisionName,
    /// In your own words. It is published with the event, so it must not hold personal data.
    #[schema(max_length = 500)]
    #[serde(default, deserialize_with = "optional_text")]
    note: Option<String>,
}

/// Decide the open task of an order
#[utoipa::path(post, path = "/v1/orders/{id}/saga/task/decide", tag = "sagas", request_body = DecisionBody, responses(
    (status = 200, description = "The task is decided, and the saga goes on.", body = SagaReceipt),
))]
async fn decide_task(
    State(operations): State<Arc<Operations>>,
    Keyed(caller): Keyed,
    OrderPath(order): OrderPath,
    JsonBody(body): JsonBody<DecisionBody>,
) -> Result<Response, Refusal> {
    let by = operator(&caller)?;
    let mut fields = Fields::default();
    let note = fields.check_optional("/note", body.note.clone(), Reason::try_new);
    let note = fields.finish(|| note)?;
    let decision = match body.decision {
        DecisionName::Approve => TaskDecision::Approve,
        DecisionName::Continue => TaskDecision::Continue,
        DecisionName::Undo => TaskDecision::Undo,
        DecisionName::SendAgain => TaskDecision::SendAgain,
    };
    let (tenant, task, at) = (caller.principal.tenant.clone(), TaskKind::from(body.task), operations.now());
    let command = DecideTask { tenant, task, decision, note, by, at }.into();
    let operation = Operation { name: "saga.decide_task", order, input: &body, command };
    Ok(reply(&operations.run(&caller, operation).await?))
}

/// Ask everything that has no answer yet again
///
/// Also looks for stock again, where the order waits for some.
#[utoipa::path(post, path = "/v1/orders/{id}/saga/retry", tag = "sagas", responses(
    (status = 200, description = "It is asked again.", body = SagaReceipt),
))]
async fn retry_steps(
    State(operations): State<Arc<Operations>>,
    Keyed(caller): Keyed,
    OrderPath(order): OrderPath,
) -> Result<Response, Refusal> {
    let (tenant, by, at) = (caller.principal.tenant.clone(), operator(&caller)?, operations.now());
    let command = RetrySteps { tenant, by, at }.into();
    let operation = Operation { name: "saga.retry", order, input: &(), command };
    Ok(reply(&operations.run(&caller, operation).await?))
}

/// What is waited for no longer.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"step": "RELEASE", "reason": "the warehouse confirmed by telephone"}))]
struct SkipBody {
    step: StepName,
    /// In your own words. It is published with the event, so it must not hold personal data.
    #[schema(max_length = 500)]
    reason: String,
}

/// Wait no longer for the answer to a request
///
/// A request to reserve, to pay or to fulfil counts as refused, one that undoes something as done.
#[utoipa::path(post, path = "/v1/orders/{id}/saga/skip", tag = "sagas", request_body = SkipBody, responses(
    (status = 200, description = "The saga goes on without the answer.", body = SagaReceipt),
))]
async fn skip_step(
    State(operations): State<Arc<Operations>>,
    Keyed(caller): Keyed,
    OrderPath(order): OrderPath,
    JsonBody(body): JsonBody<SkipBody>,
) -> Result<Response, Refusal> {
    let by = operator(&caller)?;
    let mut fields = Fields::default();
    let reason = fields.check("/reason", Reason::try_new(body.reason.clone()));
    let reason = fields.finish(|| reason)?;
    let (tenant, step, at) = (caller.principal.tenant.clone(), Asked::from(body.step), operations.now());
    let command = SkipStep { tenant, step, reason, by, at }.into();
    let operation = Operation { name: "saga.skip", order, input: &body, command };
    Ok(reply(&operations.run(&caller, operation).await?))
}

/// Undo an order
///
/// Whatever was asked for and is not known to have been refused is undone: fulfilment, payment, stock, and then the order.
#[utoipa::path(post, path = "/v1/orders/{id}/saga/undo", tag = "sagas", responses(
    (status = 200, description = "The order is being undone.", body = SagaReceipt),
))]
async fn undo_order(
    State(operations): State<Arc<Operations>>,
    Keyed(caller): Keyed,
    OrderPath(order): OrderPath,
) -> Result<Response, Refusal> {
    let (tenant, by, at) = (caller.principal.tenant.clone(), operator(&caller)?, operations.now());
    let command = UndoOrder { tenant, by, at }.into();
    let operation = Operation { name: "saga.undo", order, input: &(), command };
    Ok(reply(&operations.run(&caller, operation).await?))
}
