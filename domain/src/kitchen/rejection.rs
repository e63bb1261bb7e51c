//! Why a kitchen takes no notice of a command.

use crate::refusal::{Code, Rejection};
use crate::{Sku, StationName, Unfoldable};

use super::{CAPACITY_MAX, COURSE_MAX, MENU_MAX, PREPARATION_S_MAX, STAFF_MAX, STATIONS_MAX};

/// Why a kitchen takes no notice of a command. No event results.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KitchenRejection {
    /// The location has no kitchen.
    #[error("the location has no kitchen")]
    NotFound,
    /// The stream is another tenant's.
    #[error("the kitchen belongs to another tenant")]
    OtherTenant,
    /// The kitchen does not work on the ticket, or no longer.
    #[error("the kitchen does not work on this ticket")]
    NoSuchTicket,
    /// The ticket has no such item.
    #[error("the ticket has no item {0}")]
    NoSuchItem(u32),
    #[error("a kitchen has 1 to {STATIONS_MAX} stations of different names")]
    Stations,
    #[error("a station has 1 to {CAPACITY_MAX} items in hand at once")]
    Capacity,
    /// Something is made there.
    #[error("station {0} is still needed by the menu or by a ticket, or has more in hand than that")]
    StationInUse(StationName),
    /// The kitchen has no such station.
    #[error("the kitchen has no station {0}")]
    UnknownStation(StationName),
    #[error("a menu has at most {MENU_MAX} SKUs")]
    MenuFull,
    #[error("courses go from 1 to {COURSE_MAX}")]
    Course,
    #[error("a piece takes 1 to {PREPARATION_S_MAX} seconds")]
    Preparation,
    /// The menu has no such SKU.
    #[error("{0} is not on the menu")]
    NotOnMenu(Sku),
    #[error("at most {STAFF_MAX} people are on shift")]
    Staff,
    /// Something holds the order.
    #[error("the ticket is held")]
    Held,
    /// An earlier course is not done yet.
    #[error("course {course} is being prepared before it")]
    EarlierCourse { course: u32 },
    /// The station has as much in hand as it can.
    #[error("station {0} has no room")]
    StationFull(StationName),
    /// Everybody has something in hand.
    #[error("nobody is free")]
    NobodyFree,
    /// The item was not begun.
    #[error("item {0} was not begun")]
    NotBegun(u32),
    /// The stream is damaged.
    #[error("the history of the kitchen is damaged: {0}")]
    Damaged(#[from] Unfoldable),
}

/// The codes that rejections of kitchens are told under.
pub mod code {
    crate::codes! {
        /// Not yours, or none.
        KITCHEN_NOT_FOUND = "kitchen_not_found", NotFound, "There is no such kitchen";
        /// Not worked on, or no longer.
        KITCHEN_TICKET_NOT_FOUND = "kitchen_ticket_not_found", NotFound, "The kitchen does not work on this ticket";
        /// Values that no kitchen has.
        KITCHEN_SETTINGS_INVALID = "kitchen_settings_invalid", Invalid, "No kitchen can be set up like this";
        /// Needed, or busy.
        KITCHEN_STATION_IN_USE = "kitchen_station_in_use", Conflict, "The station is in use";
        /// Not on the menu.
        KITCHEN_NOT_ON_MENU = "kitchen_not_on_menu", Invalid, "The menu does not have it";
        /// Not now. Decided anew when it is asked again, also under the same idempotency key.
        KITCHEN_NOT_NOW = "kitchen_not_now", Stale, "The item cannot be begun now";
        /// Done before it was begun.
        KITCHEN_ITEM_NOT_BEGUN = "kitchen_item_not_begun", Stale, "The item was not begun";
        /// The history does not fold.
        KITCHEN_STREAM_DAMAGED = "kitchen_stream_damaged", Internal, "The history of the kitchen is damaged";
    }
}

impl Rejection for KitchenRejection {
    fn code(&self) -> Code {
        match self {
            Self::NotFound | Self::OtherTenant => code::KITCHEN_NOT_FOUND,
            Self::NoSuchTicket | Self::NoSuchItem(_) => code::KITCHEN_TICKET_NOT_FOUND,
            Self::Stations
            | Self::Capacity
            | Self::UnknownStation(_)
            | Self::MenuFull
            | Self::Course
            | Self::Preparation
            | Self::Staff => code::KITCHEN_SETTINGS_INVALID,
            Self::StationInUse(_) => code::KITCHEN_STATION_IN_USE,
            Self::NotOnMenu(_) => code::KITCHEN_NOT_ON_MENU,
            Self::Held | Self::EarlierCourse { .. } | Self::StationFull(_) | Self::NobodyFree => code::KITCHEN_NOT_NOW,
            Self::NotBegun(_) => code::KITCHEN_ITEM_NOT_BEGUN,
            Self::Damaged(_) => code::KITCHEN_STREAM_DAMAGED,
        }
    }

    fn detail(&self) -> String {
        match self {
            // Absent or another tenant's: one answer for both.
            Self::NotFound | Self::OtherTenant => "no kitchen at this location is yours to see".to_owned(),
            rejection => rejection.to_string(),
        }
    }
}
