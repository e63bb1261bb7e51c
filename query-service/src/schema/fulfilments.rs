//! The root fields of fulfilments: their arguments, and how they are answered. All of them are for the staff of locations.

use async_graphql::registry::{MetaInputValue, Registry};
use async_graphql::{Enum, ID, Result};
use chrono::{DateTime, Utc};
use domain::Carrier;
use read_models::FulfilmentState as State;
use read_models::query::{FulfilmentList, ShipmentFilter};
use service_kit::auth::Scope;
use uuid::Uuid;

use super::connection::{PageArguments, given, required};
use super::fulfilment::{Fulfilment, FulfilmentConnection, LoadedFulfilments, PackingStep};
use super::fulfilment_list::FulfilmentPages;
use super::reading::Reading;
use super::stock_list::checked_location;
use crate::consistency::ConsistencyToken;
use crate::error::{Code, ReadFailed, read_failed};
use crate::output::{Answered, Arguments, SelectedField, argument};

const CONSISTENCY: &str = "A consistency token; the field waits until it can show that version.";

/// The state of what has left a location.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum ShipmentState {
    /// The carrier has it.
    Shipped,
    /// It has arrived.
    Delivered,
    /// The carrier lost it.
    Lost,
}

impl ShipmentState {
    const fn stored(self) -> State {
        match self {
            Self::Shipped => State::Shipped,
            Self::Delivered => State::Delivered,
            Self::Lost => State::Lost,
        }
    }
}

/// The arguments of a packing queue.
pub struct PackingQueueArguments {
    location: ID,
    waits_for: Option<PackingStep>,
    page: PageArguments,
    consistency: Option<ConsistencyToken>,
}

impl Arguments for PackingQueueArguments {
    fn describe(registry: &mut Registry) -> Vec<MetaInputValue> {
        let waits_for = "Only what waits for this.";
        let mut arguments = vec![
            argument::<ID>(registry, "location", "The tenant's code of the location.", None),
            argument::<Option<PackingStep>>(registry, "waitsFor", waits_for, None),
        ];
        arguments.extend(PageArguments::describe(registry));
        arguments.push(argument::<Option<ConsistencyToken>>(registry, "consistency", CONSISTENCY, None));
        arguments
    }

    fn of(field: &SelectedField) -> Result<Self> {
        Ok(Self {
            location: required(field, "location")?,
            waits_for: given(field, "waitsFor")?,
            page: PageArguments::of(field)?,
            consistency: given(field, "consistency")?,
        })
    }
}

/// Answers the packing queue of a location.
pub async fn packing_queue(
    reading: &Reading,
    field: &SelectedField,
    arguments: PackingQueueArguments,
) -> Result<Answered> {
    for_staff(reading)?;
    let PackingQueueArguments { location, waits_for, page, consistency } = arguments;
    let (location, step) = (checked_location(location.0)?.to_string(), waits_for.map(PackingStep::stored));
    answer(reading, field, page, FulfilmentList::PackingQueue { location, step }, consistency).await
}

/// The arguments of a list of shipments.
pub struct ShipmentsArguments {
    carrier: Option<String>,
    state: Option<ShipmentState>,
    shipped_after: Option<DateTime<Utc>>,
    shipped_before: Option<DateTime<Utc>>,
    page: PageArguments,
    consistency: Option<ConsistencyToken>,
}

impl Arguments for ShipmentsArguments {
    fn describe(registry: &mut Registry) -> Vec<MetaInputValue> {
        let after = "Only what left at this moment or later.";
        let before = "Only what left before this moment.";
        let mut arguments = vec![
            argument::<Option<String>>(registry, "carrier", "Only what left with this carrier.", None),
            argument::<Option<ShipmentState>>(registry, "state", "Only shipments in this state.", None),
            argument::<Option<DateTime<Utc>>>(registry, "shippedAfter", after, None),
            argument::<Option<DateTime<Utc>>>(registry, "shippedBefore", before, None),
        ];
        arguments.extend(PageArguments::describe(registry));
        arguments.push(argument::<Option<ConsistencyToken>>(registry, "consistency", CONSISTENCY, None));
        arguments
    }

    fn of(field: &SelectedField) -> Result<Self> {
        Ok(Self {
            carrier: given(field, "carrier")?,
            state: given(field, "state")?,
            shipped_after: given(field, "shippedAfter")?,
            shipped_before: given(field, "shippedBefore")?,
            page: PageArguments::of(field)?,
            consistency: given(field, "consistency")?,
        })
    }
}

/// Answers a list of shipments.
pub async fn shipments(reading: &Reading, field: &SelectedField, arguments: ShipmentsArguments) -> Result<Answered> {
    for_staff(reading)?;
    let ShipmentsArguments { carrier, state, shipped_after, shipped_before, page, consistency } = arguments;
    let filter = ShipmentFilter {
        carrier: carrier.map(checked_carrier).transpose()?.map(|carrier| carrier.to_string()),
        state: state.map(ShipmentState::stored),
        shipped_from: shipped_after,
        shipped_before,
    };
    answer(reading, field, page, FulfilmentList::Shipments(filter), consistency).await
}

async fn answer(
    reading: &Reading,
    field: &SelectedField,
    page: PageArguments,
    list: FulfilmentList,
    consistency: Option<ConsistencyToken>,
) -> Result<Answered> {
    let list = FulfilmentPages::new(reading, page, list)?;
    reading.wait(consistency).await?;
    let page = reading.read.fulfilment_page(&reading.visible.tenant, &list.request).await;
    let page = page.map_err(|error| read_failed(ReadFailed::log(&error)))?;
    let loaded = LoadedFulfilments { list, page };
    Ok(Answered::new(field, &FulfilmentConnection { reading, loaded: &loaded }))
}

/// The arguments of a fulfilment.
pub struct FulfilmentArguments {
    id: ID,
    consistency: Option<ConsistencyToken>,
}

impl Arguments for FulfilmentArguments {
    fn describe(registry: &mut Registry) -> Vec<MetaInputValue> {
        vec![
            argument::<ID>(registry, "id", "The id of the fulfilment, a UUID.", None),
            argument::<Option<ConsistencyToken>>(registry, "consistency", CONSISTENCY, None),
        ]
    }

    fn of(field: &SelectedField) -> Result<Self> {
        Ok(Self { id: required(field, "id")?, consistency: given(field, "consistency")? })
    }
}

/// Answers a fulfilment.
pub async fn fulfilment(reading: &Reading, field: &SelectedField, arguments: FulfilmentArguments) -> Result<Answered> {
    for_staff(reading)?;
    let FulfilmentArguments { id, consistency } = arguments;
    let id = Uuid::parse_str(&id).map_err(|_| Code::BadUserInput.error("this is no fulfilment's id"))?;
    reading.wait(consistency).await?;
    let found = reading.read.fulfilment(&reading.visible.tenant, id).await;
    let found = found.map_err(|error| read_failed(ReadFailed::log(&error)))?;
    Ok(Answered::new(field, &found.as_ref().map(Fulfilment)))
}

/// Refuses whoever may not say what became of fulfilments, as the endpoints that show them do.
fn for_staff(reading: &Reading) -> Result<()> {
    reading.require(Scope::TENANT_STAFF)?;
    reading.require(Scope::FULFILMENT_WRITE)
}

fn checked_carrier(text: String) -> Result<Carrier> {
    Carrier::recorded(&text).map_err(|error| Code::BadUserInput.error(error.to_string()))
}
