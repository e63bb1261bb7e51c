//! The fields of sagas: their arguments, and how they are answered. All of them need the scope of operators.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::registry::{MetaInputValue, Registry};
use async_graphql::{ID, Result};
use domain::order_saga::KnownSaga;
use domain::order_saga::contract::PublicEvent;
use read_models::query::{SagaFilter, Window};
use read_models::{SagaEvent, SagaView};
use service_kit::auth::Scope;
use uuid::Uuid;

use super::connection::{PageArguments, given, required};
use super::id::NodeId;
use super::loaded::{LoadedSaga, SagaEvents};
use super::reading::Reading;
use super::saga::{LoadedSagas, Saga, SagaConnection, SagaState};
use super::saga_events;
use super::saga_list::SagaList;
use crate::config::SAGA_EVENTS_MAX;
use crate::consistency::ConsistencyToken;
use crate::error::{Code, ReadFailed, internal, read_failed};
use crate::output::{Answered, Arguments, Selected, SelectedField, argument};

const TOO_LONG: &str = "the saga has too many events to look at";
const CONSISTENCY: &str = "A consistency token; the field waits until it can show that version.";

/// The arguments of the saga of an order.
pub struct SagaArguments {
    order: ID,
    consistency: Option<ConsistencyToken>,
}

impl Arguments for SagaArguments {
    fn describe(registry: &mut Registry) -> Vec<MetaInputValue> {
        let order = "The order's id, either the global one or its `orderId`.";
        vec![
            argument::<ID>(registry, "orderId", order, None),
            argument::<Option<ConsistencyToken>>(registry, "consistency", CONSISTENCY, None),
        ]
    }

    fn of(field: &SelectedField) -> Result<Self> {
        Ok(Self { order: required(field, "orderId")?, consistency: given(field, "consistency")? })
    }
}

/// Answers the saga of an order.
pub async fn saga(reading: &Reading, field: &SelectedField, arguments: SagaArguments) -> Result<Answered> {
    reading.require(Scope::SAGA_OPERATE)?;
    let SagaArguments { order, consistency } = arguments;
    let order_id = NodeId::order(&order)?;
    reading.wait(consistency).await?;
    let (found, events) = read(reading, &[order_id], &[field.below()]).await?;
    let saga = found.first().map(|row| Saga { reading, row, events: &events });
    Ok(Answered::new(field, &saga))
}

/// The arguments of a list of sagas.
pub struct SagasArguments {
    state: Option<SagaState>,
    has_task: Option<bool>,
    page: PageArguments,
    consistency: Option<ConsistencyToken>,
}

impl Arguments for SagasArguments {
    fn describe(registry: &mut Registry) -> Vec<MetaInputValue> {
        let has_task = "Only sagas that wait for a person, or only those that do not.";
        let mut arguments = vec![
            argument::<Option<SagaState>>(registry, "state", "Only sagas in this state.", None),
            argument::<Option<bool>>(registry, "hasTask", has_task, None),
        ];
        arguments.extend(PageArguments::describe(registry));
        arguments.push(argument::<Option<ConsistencyToken>>(registry, "consistency", CONSISTENCY, None));
        arguments
    }

    fn of(field: &SelectedField) -> Result<Self> {
        Ok(Self {
            state: given(field, "state")?,
            has_task: given(field, "hasTask")?,
            page: PageArguments::of(field)?,
            consistency: given(field, "consistency")?,
        })
    }
}

/// Answers a list of sagas.
pub async fn sagas(reading: &Reading, field: &SelectedField, arguments: SagasArguments) -> Result<Answered> {
    reading.require(Scope::SAGA_OPERATE)?;
    let SagasArguments { state, has_task, page, consistency } = arguments;
    let filter = SagaFilter { state: state.map(SagaState::stored), has_task };
    let list = SagaList::new(reading, page, filter)?;
    reading.wait(consistency).await?;
    let page = reading.read.saga_page(&reading.visible.tenant, &list.request).await;
    let page = page.map_err(|error| read_failed(ReadFailed::log(&error)))?;
    let nodes = field.below().named("nodes");
    let edges = field.below().named("edges").flat_map(|edge| edge.below().named("node"));
    let sets: Vec<&Selected> = nodes.chain(edges).map(SelectedField::below).collect();
    let events = events_of(reading, &page.sagas, &sets).await?;
    let loaded = LoadedSagas { list, page, events };
    Ok(Answered::new(field, &SagaConnection { reading, loaded: &loaded }))
}

/// Reads the sagas of some orders with what is selected of them, by order.
pub async fn of_orders(reading: &Reading, orders: &[Uuid], sets: &[&Selected]) -> Result<HashMap<Uuid, LoadedSaga>> {
    let (found, events) = read(reading, orders, sets).await?;
    let events = Arc::new(events);
    let loaded = |row: SagaView| (row.order_id, LoadedSaga { row, events: Arc::clone(&events) });
    Ok(found.into_iter().map(loaded).collect())
}

async fn read(reading: &Reading, orders: &[Uuid], sets: &[&Selected]) -> Result<(Vec<SagaView>, SagaEvents)> {
    let found = reading.read.sagas(&reading.visible.tenant, orders).await;
    let found = found.map_err(|error| read_failed(ReadFailed::log(&error)))?;
    let events = events_of(reading, &found, sets).await?;
    Ok((found, events))
}

/// Fields that all events of a saga tell.
const TOLD: [&str; 4] = ["held", "holds", "deadlines", "stages"];

/// Reads the events that some selections of sagas show, and what all events tell where that is selected.
async fn events_of(reading: &Reading, sagas: &[SagaView], sets: &[&Selected]) -> Result<SagaEvents> {
    let timelines = timelines_of(reading, sagas, sets).await?;
    let is_told = sets.iter().any(|set| TOLD.iter().any(|name| set.has(name)));
    let known = if is_told { known_of(reading, sagas).await? } else { HashMap::new() };
    Ok(SagaEvents { timelines, known })
}

/// What all events of some sagas tell, up to the versions of their rows.
async fn known_of(reading: &Reading, sagas: &[SagaView]) -> Result<HashMap<Uuid, Result<KnownSaga>>> {
    let mut known = HashMap::new();
    let (short, long): (Vec<_>, Vec<_>) = sagas.iter().partition(|saga| saga.version <= SAGA_EVENTS_MAX.into());
    known.extend(long.iter().map(|saga| (saga.order_id, Err(Code::AsOfOutOfRange.error(TOO_LONG)))));
    let ids: Vec<Uuid> = short.iter().map(|saga| saga.order_id).collect();
    if ids.is_empty() {
        return Ok(known);
    }
    let mut found = reading.read.saga_events(&ids, Window::first(SAGA_EVENTS_MAX)).await;
    let found = found.as_mut().map_err(|error| read_failed(ReadFailed::log(error)))?;
    for saga in short {
        let rows = found.remove(&saga.order_id).unwrap_or_default();
        let rows = rows.iter().filter(|(place, _)| place.version <= saga.version);
        let events = rows.map(|(_, fields)| fields.event::<PublicEvent>("saga_event"));
        let events: Result<Vec<_>> = events.collect::<Result<_, _>>().map_err(|error| internal(&error));
        let told = events.and_then(|events| KnownSaga::of(&events).map_err(|error| internal(&error)));
        known.insert(saga.order_id, told);
    }
    Ok(known)
}

/// Reads the events that some selections of sagas show: one statement for each field, unless cursors of several sagas tell their
/// windows apart.
async fn timelines_of(
    reading: &Reading,
    sagas: &[SagaView],
    sets: &[&Selected],
) -> Result<HashMap<(usize, Uuid), Vec<SagaEvent>>> {
    let mut events = HashMap::new();
    for field in sets.iter().flat_map(|set| set.named("timeline")) {
        // Wrong arguments are told when the field is written.
        let Ok(page) = PageArguments::of(field) else { continue };
        let mut windows: HashMap<Window, Vec<Uuid>> = HashMap::new();
        for saga in sagas {
            // A cursor of another saga is told when the field is written.
            let Ok(window) = page.window(&reading.cursors, &saga_events::list(saga.order_id)) else { continue };
            windows.entry(window).or_default().push(saga.order_id);
        }
        for (window, ids) in windows {
            let found = reading.read.saga_events(&ids, window).await;
            let found = found.map_err(|error| read_failed(ReadFailed::log(&error)))?;
            events.extend(found.into_iter().map(|(id, found)| ((field.id, id), found)));
        }
    }
    Ok(events)
}
