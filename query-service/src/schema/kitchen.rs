//! The boards of kitchens.

use async_graphql::registry::{MetaInputValue, Registry};
use async_graphql::{Enum, ID, Result};
use chrono::{DateTime, Utc};
use read_models::{BoardStamp, TicketItem, TicketState as State, TicketView};
use service_kit::auth::Scope;
use uuid::Uuid;

use super::connection::required;
use super::reading::Reading;
use super::scalars::Long;
use super::stock_list::checked_location;
use crate::config::BOARD_MAX;
use crate::error::{ReadFailed, read_failed};
use crate::output::{Answered, Arguments, SelectedField, argument, object};

/// How far a ticket that is in a kitchen has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum KitchenTicketState {
    /// Nothing of it was begun.
    Queued,
    /// Something of it was begun.
    Cooking,
    /// Every item is done, and it waits for who takes it.
    Ready,
}

/// A kitchen's board as it was read at a moment.
pub struct LoadedBoard {
    location: String,
    stamp: BoardStamp,
    tickets: Vec<TicketView>,
    at: DateTime<Utc>,
}

impl LoadedBoard {
    /// Reads the board of a location of the viewer's tenant.
    pub async fn read(reading: &Reading, location: &str) -> Result<Self> {
        let failed = |error| read_failed(ReadFailed::log(&error));
        let tenant = &reading.visible.tenant;
        let stamp = reading.read.kitchen_board_stamp(tenant, location).await.map_err(failed)?;
        let tickets = reading.read.kitchen_board(tenant, location, BOARD_MAX).await.map_err(failed)?;
        Ok(Self { location: location.to_owned(), stamp, tickets, at: reading.clock.now().to_datetime() })
    }

    /// What is another one as soon as a ticket of the board has changed.
    pub fn stamp(&self) -> &str {
        &self.stamp.stamp
    }

    fn in_state(&self, wanted: State) -> Vec<KitchenTicket<'_>> {
        let tickets = self.tickets.iter().filter(|ticket| ticket.state == wanted);
        tickets.map(|ticket| KitchenTicket { ticket, at: self.at }).collect()
    }
}

/// The board of a kitchen.
pub struct KitchenBoard<'a>(pub &'a LoadedBoard);

object! {
    /// What is in a kitchen: its tickets, those that are promised first before the others, at most 100 in all.
    KitchenBoard for KitchenBoard<'_> as board {
        /// The location of the kitchen.
        location: &str => &board.0.location,
        /// How many tickets of which nothing was begun there are.
        queuedCount: Long => Long(board.0.stamp.queued),
        /// How many tickets are being prepared.
        cookingCount: Long => Long(board.0.stamp.cooking),
        /// How many tickets wait for who takes them.
        readyCount: Long => Long(board.0.stamp.ready),
        /// Those of which nothing was begun.
        queued: Vec<KitchenTicket<'_>> => board.0.in_state(State::Queued),
        /// Those that are being prepared.
        cooking: Vec<KitchenTicket<'_>> => board.0.in_state(State::Cooking),
        /// Those that wait for who takes them.
        ready: Vec<KitchenTicket<'_>> => board.0.in_state(State::Ready),
    }
}

/// A ticket on a board.
struct KitchenTicket<'a> {
    ticket: &'a TicketView,
    at: DateTime<Utc>,
}

impl KitchenTicket<'_> {
    fn state(&self) -> KitchenTicketState {
        match self.ticket.state {
            State::Cooking => KitchenTicketState::Cooking,
            State::Ready => KitchenTicketState::Ready,
            // A board has no tickets that have ended.
            State::Queued | State::HandedOver | State::Rejected | State::Cancelled => KitchenTicketState::Queued,
        }
    }

    /// Until it was ready, or until now.
    fn waited_s(&self) -> i64 {
        let until = self.ticket.ready_at.unwrap_or(self.at);
        (until - self.ticket.queued_at).num_seconds().max(0)
    }

    /// Whether the promised moment is over and it is not ready.
    fn is_late(&self) -> bool {
        self.ticket.ready_at.is_none() && self.ticket.promised_at.is_some_and(|promised| promised <= self.at)
    }
}

object! {
    /// What a kitchen has to prepare for a fulfilment.
    KitchenTicket for KitchenTicket<'_> as it {
        /// The id of the ticket, which is its fulfilment's, a UUID.
        ticketId: Uuid => it.ticket.ticket_id,
        /// The order that it is for.
        orderId: Uuid => it.ticket.order_id,
        /// How far it has come.
        state: KitchenTicketState => it.state(),
        /// Whether no further item may be begun, since something holds the order.
        held: bool => it.ticket.held,
        /// What has to be made.
        items: Vec<KitchenTicketItem<'_>> => it.ticket.items.0.iter().map(KitchenTicketItem).collect(),
        /// When the kitchen took it.
        queuedAt: DateTime<Utc> => it.ticket.queued_at,
        /// When its first item was begun.
        startedAt: Option<DateTime<Utc>> => it.ticket.started_at,
        /// When its last item was done.
        readyAt: Option<DateTime<Utc>> => it.ticket.ready_at,
        /// When it was promised first.
        firstPromisedAt: Option<DateTime<Utc>> => it.ticket.first_promised_at,
        /// When it is to be ready.
        promisedAt: Option<DateTime<Utc>> => it.ticket.promised_at,
        /// How often the promise was moved.
        delays: Long => Long(it.ticket.delays),
        /// Whether the promised moment is over and it is not ready.
        late: bool => it.is_late(),
        /// How many seconds it has waited since the kitchen took it, until it was ready.
        waitedS: Long => Long(it.waited_s()),
        /// The version of the ticket: the number of its events.
        version: Long => Long(it.ticket.version),
    }
}

/// Pieces of a SKU to prepare.
struct KitchenTicketItem<'a>(&'a TicketItem);

object! {
    /// Pieces of a SKU to prepare.
    KitchenTicketItem for KitchenTicketItem<'_> as item {
        /// The SKU.
        sku: &str => &item.0.sku,
        /// Pieces.
        quantity: Long => Long(item.0.quantity),
        /// The station that it is made at.
        station: &str => &item.0.station,
        /// Items of a course are begun when all of the earlier courses are done.
        course: Long => Long(item.0.course),
        /// How many seconds all pieces together take.
        preparationS: Long => Long(item.0.preparation_s),
    }
}

/// The arguments of a board.
pub struct KitchenBoardArguments {
    location: ID,
}

impl Arguments for KitchenBoardArguments {
    fn describe(registry: &mut Registry) -> Vec<MetaInputValue> {
        vec![argument::<ID>(registry, "location", "The tenant's code of the location.", None)]
    }

    fn of(field: &SelectedField) -> Result<Self> {
        Ok(Self { location: required(field, "location")? })
    }
}

/// Answers the board of a kitchen.
pub async fn kitchen_board(
    reading: &Reading,
    field: &SelectedField,
    arguments: KitchenBoardArguments,
) -> Result<Answered> {
    let location = location_of(reading, arguments.location)?;
    let loaded = LoadedBoard::read(reading, &location).await?;
    Ok(Answered::new(field, &KitchenBoard(&loaded)))
}

/// The location whose board is asked for, for those who may see it.
pub fn location_of(reading: &Reading, location: ID) -> Result<String> {
    reading.require(Scope::TENANT_STAFF)?;
    reading.require(Scope::FULFILMENT_WRITE)?;
    Ok(checked_location(location.0)?.to_string())
}
