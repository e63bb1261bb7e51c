//! The parts of a kitchen.

use serde::{Deserialize, Serialize};

use crate::{Quantity, Sku, StationName};

/// A place where some of the menu is prepared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KitchenStation {
    pub name: StationName,
    /// Items that it has in hand at once; at least one.
    pub capacity: u32,
}

/// What a kitchen can prepare.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MenuItem {
    pub sku: Sku,
    pub station: StationName,
    /// From 1. An item is begun when all items of earlier courses are done.
    pub course: u32,
    /// Of one piece; pieces of one item are prepared one after the other.
    pub preparation_s: u32,
}

/// Who cooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staff {
    /// Each has one item in hand.
    pub on_shift: u32,
    /// Whether the engine begins and finishes items by itself, by its clock.
    pub simulated: bool,
}

/// How a kitchen works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum KitchenMode {
    Normal,
    /// Everything takes longer than it should, and so do promises.
    Rush,
    /// No new tickets; those that are there are worked on.
    Paused,
}

/// Pieces of a SKU that a fulfilment needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderedLine {
    pub sku: Sku,
    pub quantity: Quantity,
}
