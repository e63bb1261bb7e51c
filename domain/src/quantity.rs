//! Quantities: of order lines, and of stock.

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

/// Pieces in stock or reserved, from 0 to 1,000,000,000,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct Pieces(u64);

/// More pieces than [`Pieces::MAX`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at most {max} pieces can be kept, not {0}", max = Pieces::MAX.0)]
pub struct InvalidPieces(u64);

impl Pieces {
    /// No pieces.
    pub const ZERO: Self = Self(0);
    /// The most pieces of one SKU at one location: far above any warehouse, and far below 2^53, up to which readers in every
    /// language represent whole numbers exactly.
    pub const MAX: Self = Self(1_000_000_000_000);

    /// A number of pieces.
    ///
    /// # Errors
    /// [`InvalidPieces`] above [`Pieces::MAX`].
    pub const fn try_new(pieces: u64) -> Result<Self, InvalidPieces> {
        if pieces > Self::MAX.0 { Err(InvalidPieces(pieces)) } else { Ok(Self(pieces)) }
    }

    /// The number of pieces.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Whether there are none.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, unless it is above [`Pieces::MAX`].
    pub const fn checked_add(self, more: Self) -> Option<Self> {
        let sum = self.0 + more.0;
        if sum > Self::MAX.0 { None } else { Some(Self(sum)) }
    }

    /// The difference, unless it is below zero.
    pub const fn checked_sub(self, fewer: Self) -> Option<Self> {
        match self.0.checked_sub(fewer.0) {
            Some(rest) => Some(Self(rest)),
            None => None,
        }
    }

    /// The difference, or zero where it is below.
    #[must_use]
    pub const fn saturating_sub(self, fewer: Self) -> Self {
        Self(self.0.saturating_sub(fewer.0))
    }
}

impl From<Quantity> for Pieces {
    fn from(quantity: Quantity) -> Self {
        Self(quantity.0.into())
    }
}

impl TryFrom<u64> for Pieces {
    type Error = InvalidPieces;

    fn try_from(pieces: u64) -> Result<Self, Self::Error> {
        Self::try_new(pieces)
    }
}

impl From<Pieces> for u64 {
    fn from(pieces: Pieces) -> Self {
        pieces.0
    }
}

impl std::fmt::Display for Pieces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// By how many pieces a number differs from another: above zero more, below zero fewer, at most [`Pieces::MAX`] either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Difference(i64);

/// A difference beyond [`Pieces::MAX`] in either direction.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a number of pieces changes by at most {max}, not by {0}", max = Pieces::MAX.0)]
pub struct InvalidDifference(i64);

impl Difference {
    /// A difference of a signed number of pieces.
    ///
    /// # Errors
    /// [`InvalidDifference`] beyond [`Pieces::MAX`] in either direction.
    pub const fn try_new(pieces: i64) -> Result<Self, InvalidDifference> {
        if pieces.unsigned_abs() > Pieces::MAX.0 { Err(InvalidDifference(pieces)) } else { Ok(Self(pieces)) }
    }

    /// From one number of pieces to another.
    pub fn between(before: Pieces, after: Pieces) -> Self {
        let magnitude = i64::try_from(before.0.abs_diff(after.0)).expect("pieces are at most Pieces::MAX");
        Self(if after < before { -magnitude } else { magnitude })
    }

    /// The signed number of pieces.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Its size, without the direction.
    pub const fn pieces(self) -> Pieces {
        Pieces(self.0.unsigned_abs())
    }
}

impl TryFrom<i64> for Difference {
    type Error = InvalidDifference;

    fn try_from(pieces: i64) -> Result<Self, Self::Error> {
        Self::try_new(pieces)
    }
}

impl From<Difference> for i64 {
    fn from(difference: Difference) -> Self {
        difference.0
    }
}

impl std::fmt::Display for Difference {
    /// With its sign.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:+}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(number: u64) -> Pieces {
        Pieces::try_new(number).unwrap()
    }

    #[test]
    fn pieces_stay_between_zero_and_the_most() {
        assert_eq!(pieces(3).checked_sub(pieces(4)), None);
        assert_eq!(pieces(3).saturating_sub(pieces(4)), Pieces::ZERO);
        assert_eq!(Pieces::MAX.checked_add(pieces(1)), None);
        assert!(Pieces::try_new(Pieces::MAX.get() + 1).is_err());
        assert!(serde_json::from_str::<Pieces>("-1").is_err());
    }

    #[test]
    fn a_difference_has_a_direction() {
        let down = Difference::between(pieces(7), pieces(3));
        assert_eq!((down.get(), down.pieces(), down.to_string()), (-4, pieces(4), "-4".to_owned()));
        assert_eq!(Difference::between(pieces(3), pieces(7)).to_string(), "+4");
        assert!(Difference::try_new(i64::MIN).is_err());
    }
}
