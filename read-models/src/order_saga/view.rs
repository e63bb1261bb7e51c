//! A saga as the read models see it, and the table `saga`, whose columns are its fields.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use domain::contract::Position;
use domain::order_saga::contract::Asked;
use serde::{Deserialize, Serialize};
use tokio_postgres::types::{Json, Type};
use uuid::Uuid;

use crate::table::{Cell, Field, Stored, Table, columns};

/// One row a saga.
pub(crate) static SAGA: LazyLock<Table> = LazyLock::new(|| Table::of::<SagaView>("saga", &["order_id"]));

/// The state of a saga.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum SagaState {
    /// It works towards the delivery of the order.
    #[default]
    Running,
    /// What was asked for is being undone.
    Undoing,
    /// Nothing is asked for any more, unless a late success has to be undone.
    Ended,
}

impl SagaState {
    const ALL: [Self; 3] = [Self::Running, Self::Undoing, Self::Ended];

    /// The stored text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Undoing => "UNDOING",
            Self::Ended => "ENDED",
        }
    }
}

impl Field for SagaState {
    const KIND: Type = Type::TEXT;

    fn cell(&self) -> Cell<'_> {
        Cell::Text(self.as_str())
    }
}

impl Stored for SagaState {
    type Sql<'a> = &'a str;

    fn restore(sql: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|state| state.as_str() == sql).ok_or_else(|| sql.to_owned())
    }
}

/// What a request was sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PartKind {
    Reservation,
    Payment,
    Fulfilment,
}

/// A request without an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingRequest {
    pub part: PartKind,
    pub part_id: Uuid,
    pub step: Asked,
    /// How often it was asked; 0 once a person has ordered it to be asked again.
    pub attempt: i64,
    /// When it is asked again.
    pub due: DateTime<Utc>,
    /// What is to be given back in all, in minor units; of a refund alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_minor: Option<i64>,
}

/// What has no answer yet, in the order of asking; one request a part at most.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PendingRequests(pub Vec<PendingRequest>);

impl Field for PendingRequests {
    const KIND: Type = Type::JSONB;

    fn cell(&self) -> Cell<'_> {
        Cell::Document(self)
    }
}

impl Stored for PendingRequests {
    type Sql<'a> = Json<Self>;

    fn restore(Json(sql): Json<Self>) -> Result<Self, String> {
        Ok(sql)
    }
}

/// The saga of an order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SagaView {
    pub order_id: Uuid,
    pub tenant: String,
    /// Version of the last event folded in.
    pub version: i64,
    /// The version of the flow that drives it.
    pub flow: i64,
    pub state: SagaState,
    /// The symbol of how it ended; `None` while it has not.
    pub outcome: Option<String>,
    /// The symbol of why it is undone; `None` while it is fulfilled.
    pub undo_cause: Option<String>,
    /// The symbol of what a person is needed for; `None` where nobody is.
    pub task: Option<String>,
    pub task_opened_at: Option<DateTime<Utc>>,
    /// When the task is escalated; `None` also where it is not escalated again.
    pub task_deadline: Option<DateTime<Utc>>,
    /// Who has taken the task.
    pub task_assignee: Option<String>,
    /// How often the task was escalated.
    pub task_escalations: i64,
    pub pending: PendingRequests,
    /// Until when stock is waited for, where there is none.
    pub stock_awaited_until: Option<DateTime<Utc>>,
    pub started_at: DateTime<Utc>,
    /// When the last event happened, in business time.
    pub changed_at: DateTime<Utc>,
    /// When the last event was recorded, to the millisecond.
    pub updated_at: DateTime<Utc>,
    /// Shard of the last event in the log.
    pub shard: i16,
    /// Position of the last event in its shard.
    pub position: i64,
}

columns!(SagaView {
    order_id,
    tenant,
    version,
    flow,
    state,
    outcome,
    undo_cause,
    task,
    task_opened_at,
    task_deadline,
    task_assignee,
    task_escalations,
    pending,
    stock_awaited_until,
    started_at,
    changed_at,
    updated_at,
    shard,
    position,
});

impl SagaView {
    /// Position of the last event in the log.
    pub const fn log_position(&self) -> Position {
        Position { shard: self.shard, position: self.position }
    }
}
