//! Lines of requests, of reservations and of their answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Pieces, Quantity, Sku};

/// A line of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestedLine {
    /// Several lines may have the same SKU; their quantities are added.
    pub sku: Sku,
    pub quantity: Quantity,
}

/// A SKU of a reservation as it was granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantedLine {
    pub sku: Sku,
    /// Pieces, with those that are backordered.
    pub quantity: Pieces,
    /// Pieces that no stock is set aside for.
    pub backordered: Pieces,
    /// Pieces that were available when it was decided.
    pub available: Pieces,
}

/// Pieces of a SKU that a reservation holds, gives back or ships.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservedLine {
    pub sku: Sku,
    /// Pieces, with those that are backordered; never zero.
    pub quantity: Pieces,
    /// Pieces that no stock is set aside for.
    pub backordered: Pieces,
}

/// Backordered pieces of a SKU for which stock was set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilledLine {
    pub sku: Sku,
    /// Never zero.
    pub quantity: Pieces,
}

/// A SKU that cannot be reserved as asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortage {
    pub sku: Sku,
    pub requested: Pieces,
    /// Pieces that were available when it was decided.
    pub available: Pieces,
}

/// The pieces of each SKU of a request, by SKU, so that the answer does not depend on the order of its lines.
pub(super) fn added_up(lines: &[RequestedLine]) -> BTreeMap<&Sku, Pieces> {
    let mut pieces: BTreeMap<&Sku, Pieces> = BTreeMap::new();
    for line in lines {
        let sum = pieces.entry(&line.sku).or_default();
        *sum = sum.checked_add(line.quantity.into()).expect("lines are few enough that no sum is above Pieces::MAX");
    }
    pieces
}

/// The part of some lines that is not among others: what a reservation still holds. `None` where the others have more.
pub(super) fn without(held: &[ReservedLine], taken: &[ReservedLine]) -> Option<Vec<ReservedLine>> {
    let mut rest = held.to_vec();
    for line in taken {
        let held = rest.iter_mut().find(|held| held.sku == line.sku)?;
        held.quantity = held.quantity.checked_sub(line.quantity)?;
        held.backordered = held.backordered.checked_sub(line.backordered)?;
    }
    rest.retain(|line| !line.quantity.is_zero());
    Some(rest)
}
