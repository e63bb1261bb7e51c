//! Quantities of order lines.

use serde::{Deserialize, Serialize};

/// Pieces ordered, from 1 to 1,000,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Quantity(u32);

/// A quantity of zero or above [`Quantity::MAX`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a quantity lies between 1 and {max}, not {0}", max = Quantity::MAX)]
pub struct InvalidQuantity(u32);

impl Quantity {
    /// The largest quantity of one line.
    pub const MAX: u32 = 1_000_000;

    /// A quantity of a number of pieces.
    ///
    /// # Errors
    /// [`InvalidQuantity`] for 0 and above [`Quantity::MAX`].
    pub const fn try_new(pieces: u32) -> Result<Self, InvalidQuantity> {
        if pieces == 0 || pieces > Self::MAX { Err(InvalidQuantity(pieces)) } else { Ok(Self(pieces)) }
    }

    /// The number of pieces.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for Quantity {
    type Error = InvalidQuantity;

    fn try_from(pieces: u32) -> Result<Self, Self::Error> {
        Self::try_new(pieces)
    }
}

impl From<Quantity> for u32 {
    fn from(quantity: Quantity) -> Self {
        quantity.0
    }
}
