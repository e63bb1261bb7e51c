//! Sagas of orders: what drives them to their end, and what each waits for.

use async_graphql::{Enum, Result};
use chrono::{DateTime, Utc};
use domain::order_saga::KnownSaga;
use read_models::query::SagaPage;
use read_models::{PartKind, PendingRequest, SagaState as State, SagaView};
use uuid::Uuid;

use super::connection::{PageArguments, PageInfo};
use super::loaded::{SagaEvents, unloaded};
use super::progress::HoldKind;
use super::reading::Reading;
use super::saga_events::SagaEventConnection;
use super::saga_flow::{SagaDeadline, SagaStage, SagaStep};
use super::saga_list::SagaList;
use super::scalars::Long;
use crate::consistency::ConsistencyToken;
use crate::error::internal;
use crate::output::object;

/// The state of a saga.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum SagaState {
    /// It works towards the delivery of the order.
    Running,
    /// What was asked for is being undone.
    Undoing,
    /// Nothing is asked for any more, unless a late success has to be undone.
    Ended,
}

impl SagaState {
    const fn of(state: State) -> Self {
        match state {
            State::Running => Self::Running,
            State::Undoing => Self::Undoing,
            State::Ended => Self::Ended,
        }
    }

    /// The state as the read models have it.
    pub const fn stored(self) -> State {
        match self {
            Self::Running => State::Running,
            Self::Undoing => State::Undoing,
            Self::Ended => State::Ended,
        }
    }
}

/// A saga.
#[derive(Clone, Copy)]
pub struct Saga<'a> {
    pub reading: &'a Reading,
    pub row: &'a SagaView,
    pub events: &'a SagaEvents,
}

object! {
    /// What drives an order to its end: it asks for stock, payment and fulfilment, and undoes what was asked for if it has to.
    Saga for Saga<'_> as (saga, field) from (crate::output::NoColumns, no_column) {
        /// The order that it drives.
        orderId: Uuid => saga.row.order_id,
        /// The version of the saga: the number of its events.
        version: Long => Long(saga.row.version),
        /// The version of the flow that drives it.
        flow: Long => Long(saga.row.flow),
        /// The state of the saga.
        state: SagaState => SagaState::of(saga.row.state),
        /// How it ended: `COMPLETED` or `UNDONE`; null while it has not.
        outcome: Option<&str> => saga.row.outcome.as_deref(),
        /// Why the order is undone, such as `CANCELLED` or `OUT_OF_STOCK`; null while it is fulfilled.
        undoCause: Option<&str> => saga.row.undo_cause.as_deref(),
        /// What only a person can decide; null where nobody is needed.
        task: Option<SagaTask<'_>> => saga.row.task.as_deref().map(|kind| SagaTask { kind, row: saga.row }),
        /// The requests that have no answer yet, in the order of asking.
        pending: Vec<SagaRequest<'_>> => saga.row.pending.0.iter().map(SagaRequest).collect(),
        /// Until when stock is waited for; null unless there is none.
        stockAwaitedUntil: Option<DateTime<Utc>> => saga.row.stock_awaited_until,
        /// Whether nothing of the order may be shipped for now: people hold it, it is reviewed, or there is no stock.
        held: bool => saga.known()?.is_held(),
        /// What people hold the order for.
        holds: Vec<HoldKind> => saga.known()?.holds().iter().copied().map(Into::into).collect(),
        /// What is due although nothing happens, the first first. What follows from the policy of the saga is not among it: renewals of
        /// reservations, comparisons of locations, the end of the time to pay, and tasks for what takes too long. `GET
        /// /v1/orders/{id}/saga` has these too.
        deadlines: Vec<SagaDeadline> => {
            saga.known()?.deadlines().into_iter().filter_map(|(due, at)| SagaDeadline::of(due, at)).collect()
        },
        /// The stages of the flow in their order, with the saga's place in them as of now.
        stages: Vec<SagaStage> => {
            let stages = saga.known()?.stages(saga.reading.clock.now()).map_err(|error| internal(&error))?;
            stages.into_iter().map(SagaStage).collect()
        },
        /// When the saga began.
        startedAt: DateTime<Utc> => saga.row.started_at,
        /// When its last event happened.
        changedAt: DateTime<Utc> => saga.row.changed_at,
        /// When its last event was recorded.
        updatedAt: DateTime<Utc> => saga.row.updated_at,
        /// The position of the last event in the event log, written `shard.position`.
        position: String => saga.row.log_position().to_string(),
        /// A token that makes a later query wait until it can show at least this version.
        consistencyToken: ConsistencyToken => ConsistencyToken::saga(saga.row.order_id, saga.row.version),
        /// The events of the saga, oldest first.
        timeline(PageArguments as page): SagaEventConnection<'_> => {
            let events = saga.events.timelines.get(&(field.id, saga.row.order_id)).map(Vec::as_slice).unwrap_or_default();
            SagaEventConnection::new(saga.reading, page, saga.row, events)?
        },
    }
}

impl Saga<'_> {
    /// What its events tell.
    fn known(&self) -> Result<&KnownSaga> {
        match self.events.known.get(&self.row.order_id) {
            Some(Ok(known)) => Ok(known),
            Some(Err(error)) => Err(error.clone()),
            None => Err(unloaded()),
        }
    }
}

/// The open task of a saga.
struct SagaTask<'a> {
    kind: &'a str,
    row: &'a SagaView,
}

object! {
    /// What only a person can decide about an order.
    SagaTask for SagaTask<'_> as task {
        /// Why a person is needed, such as `REVIEW` or `NO_ANSWER`.
        kind: &str => task.kind,
        /// When the task was opened.
        openedAt: Option<DateTime<Utc>> => task.row.task_opened_at,
        /// When it is escalated; null where it was escalated as often as it is.
        deadline: Option<DateTime<Utc>> => task.row.task_deadline,
        /// Who has taken it; null while nobody has.
        assignee: Option<&str> => task.row.task_assignee.as_deref(),
        /// How often it was escalated.
        escalations: Long => Long(task.row.task_escalations),
    }
}

/// What a request was sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum SagaPart {
    /// A reservation of stock.
    Reservation,
    /// A payment.
    Payment,
    /// A fulfilment by a location.
    Fulfilment,
}

/// A request without an answer.
struct SagaRequest<'a>(&'a PendingRequest);

object! {
    /// A request of a saga that has no answer yet.
    SagaRequest for SagaRequest<'_> as request {
        /// What is asked for.
        step: SagaStep => SagaStep::of(request.0.step),
        /// What it was sent to.
        part: SagaPart => match request.0.part {
            PartKind::Reservation => SagaPart::Reservation,
            PartKind::Payment => SagaPart::Payment,
            PartKind::Fulfilment => SagaPart::Fulfilment,
        },
        /// The id of that reservation, payment or fulfilment.
        partId: Uuid => request.0.part_id,
        /// How often it was asked; 0 once a person has ordered it to be asked again.
        attempt: Long => Long(request.0.attempt),
        /// When it is asked again.
        due: DateTime<Utc> => request.0.due,
    }
}

/// A page of sagas that was loaded.
pub struct LoadedSagas {
    pub list: SagaList,
    pub page: SagaPage,
    pub events: SagaEvents,
}

/// A page of sagas.
#[derive(Clone, Copy)]
pub struct SagaConnection<'a> {
    pub reading: &'a Reading,
    pub loaded: &'a LoadedSagas,
}

object! {
    /// A page of sagas.
    SagaConnection for SagaConnection<'_> as page {
        /// The sagas of the page with their cursors.
        edges: Vec<SagaEdge<'_>> => page.sagas().map(|node| SagaEdge { page: *page, node }).collect(),
        /// The sagas of the page.
        nodes: Vec<Saga<'_>> => page.sagas().collect(),
        /// The position of the page within the list.
        pageInfo: PageInfo => {
            let LoadedSagas { list, page: found, .. } = page.loaded;
            list.arguments.info(found.more, &found.sagas, |saga| Ok(list.cursor(page.reading, saga)))?
        },
    }
}

/// A saga in its list.
struct SagaEdge<'a> {
    page: SagaConnection<'a>,
    node: Saga<'a>,
}

object! {
    /// A saga with its cursor.
    SagaEdge for SagaEdge<'_> as edge {
        /// The position of the saga in the list.
        cursor: String => edge.page.loaded.list.cursor(edge.page.reading, edge.node.row),
        /// The saga.
        node: Saga<'_> => edge.node,
    }
}

impl<'a> SagaConnection<'a> {
    fn sagas(self) -> impl Iterator<Item = Saga<'a>> {
        let Self { reading, loaded } = self;
        loaded.page.sagas.iter().map(move |row| Saga { reading, row, events: &loaded.events })
    }
}
