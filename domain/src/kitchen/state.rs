//! The states of a kitchen.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ticket::TicketItem;
use crate::{FulfilmentId, LocationId, OrderId, Sku, StationName, TenantId, Timestamp};

use super::{KitchenMode, Staff};

/// The kitchen aggregate. The id of a stream follows from tenant and location.
#[derive(Debug, Clone, Copy)]
pub struct Kitchen;

/// The state of a kitchen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum KitchenState {
    /// The location has no kitchen.
    Absent,
    /// It has one.
    Open(KitchenDetails),
}

/// A kitchen and what it works on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KitchenDetails {
    pub tenant: TenantId,
    pub location: LocationId,
    /// Capacity by station; at least one.
    pub stations: BTreeMap<StationName, u32>,
    pub menu: BTreeMap<Sku, Dish>,
    pub staff: Staff,
    pub mode: KitchenMode,
    /// The tickets with something left to do.
    pub tickets: BTreeMap<FulfilmentId, OpenTicket>,
    /// The place in the queue of the next ticket.
    pub next_place: u64,
    /// When the last event happened.
    pub changed_at: Timestamp,
}

/// How a SKU is prepared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dish {
    pub station: StationName,
    pub course: u32,
    /// Of one piece.
    pub preparation_s: u32,
    pub sold_out: bool,
}

/// A ticket with something left to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenTicket {
    pub order: OrderId,
    /// Its place in the queue, by which tickets of one promise are told apart.
    pub place: u64,
    pub promised_at: Timestamp,
    /// Whether no further item may be begun.
    pub held: bool,
    /// At least one.
    pub items: Vec<OpenItem>,
}

/// An item of a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenItem {
    pub item: TicketItem,
    pub stage: Stage,
}

/// How far an item has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    Waiting,
    Cooking(Cooking),
    Cooked,
}

/// That somebody has an item in hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cooking {
    /// When it is to be done.
    pub until: Timestamp,
    /// Whether the engine finishes it.
    pub simulated: bool,
}

impl KitchenState {
    /// The state's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Absent => "Absent",
            Self::Open(_) => "Open",
        }
    }

    /// The kitchen; `None` where there is none.
    pub const fn kitchen(&self) -> Option<&KitchenDetails> {
        match self {
            Self::Absent => None,
            Self::Open(kitchen) => Some(kitchen),
        }
    }
}

impl KitchenDetails {
    /// The items that somebody has in hand, by ticket and place in it, from 1.
    pub fn in_hand(&self) -> impl Iterator<Item = (FulfilmentId, u32, Cooking)> {
        self.tickets.iter().flat_map(|(ticket, open)| {
            open.items.iter().zip(1..).filter_map(|(item, place)| match item.stage {
                Stage::Cooking(cooking) => Some((*ticket, place, cooking)),
                Stage::Waiting | Stage::Cooked => None,
            })
        })
    }

    /// How many items a station has in hand.
    pub fn in_hand_at(&self, station: &StationName) -> usize {
        let items = self.tickets.values().flat_map(|open| &open.items);
        items.filter(|item| item.item.station == *station && matches!(item.stage, Stage::Cooking(_))).count()
    }
}

impl OpenTicket {
    /// An item by its place, from 1.
    pub fn item(&self, place: u32) -> Option<&OpenItem> {
        let index = usize::try_from(place).ok()?.checked_sub(1)?;
        self.items.get(index)
    }

    /// The course that is being prepared: the first one that is not done.
    pub fn course(&self) -> Option<u32> {
        self.items.iter().filter(|item| item.stage != Stage::Cooked).map(|item| item.item.course).min()
    }

    /// Whether every item is done.
    pub fn is_done(&self) -> bool {
        self.items.iter().all(|item| item.stage == Stage::Cooked)
    }
}
