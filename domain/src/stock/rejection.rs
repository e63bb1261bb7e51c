//! Why a stock item refuses a command.

use crate::refusal::{Code, Rejection};
use crate::{Difference, Pieces, Unfoldable};

use super::AdjustmentReason;

/// Why a stock item refuses a command. No event results.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StockRejection {
    /// The location does not keep the SKU.
    #[error("the location does not keep this SKU")]
    NotFound,
    /// The stream is another tenant's.
    #[error("the stock belongs to another tenant")]
    OtherTenant,
    /// The stream is the stock of another SKU or location.
    #[error("the stock id belongs to another SKU or location")]
    ItemExists,
    /// The command moves nothing.
    #[error("the number of pieces must not be zero")]
    NoPieces,
    /// The reason contradicts the direction.
    #[error("an adjustment by {by} cannot have the reason {reason:?}")]
    WrongDirection { reason: AdjustmentReason, by: Difference },
    /// A correction would leave less than nothing.
    #[error("{on_hand} pieces are on hand, which cannot be corrected by {by}")]
    BelowZero { on_hand: Pieces, by: Difference },
    /// A transfer would take what is reserved or kept back.
    #[error("{requested} pieces were asked for, {available} are available")]
    BeyondAvailable { requested: Pieces, available: Pieces },
    /// Origin and destination are one.
    #[error("a transfer needs two locations")]
    SameLocation,
    /// More than can be kept.
    #[error("at most {} pieces can be kept", Pieces::MAX)]
    TooManyPieces,
    /// The command was derived from another level. Read it again and decide anew.
    #[error("the stock has changed since it was read")]
    StockChanged,
    /// The command gives back, ships or fills what reservations do not hold here.
    #[error("reservations do not hold {quantity} pieces of this stock with {backordered} of them backordered")]
    NotReserved { quantity: Pieces, backordered: Pieces },
    /// The stream is damaged.
    #[error("the history of the stock is damaged: {0}")]
    Damaged(#[from] Unfoldable),
}

/// The codes that rejections of stock are told under.
pub mod code {
    crate::codes! {
        /// No such item, or not yours.
        STOCK_ITEM_NOT_FOUND = "stock_item_not_found", NotFound, "The location does not keep this SKU";
        /// The id is taken.
        STOCK_ITEM_EXISTS = "stock_item_exists", Conflict, "The stock id is taken";
        /// A command that moves nothing.
        NO_PIECES = "no_pieces", Invalid, "The number of pieces is zero";
        /// A receipt that takes away, or damage that adds.
        ADJUSTMENT_DIRECTION = "adjustment_direction", Invalid, "The reason contradicts the direction";
        /// A correction below zero.
        STOCK_BELOW_ZERO = "stock_below_zero", Conflict, "There is not as much on hand";
        /// A transfer of what is not free.
        STOCK_BEYOND_AVAILABLE = "stock_beyond_available", Conflict, "There is not as much available";
        /// A transfer to where the goods are.
        TRANSFER_SAME_LOCATION = "transfer_same_location", Invalid, "The locations of the transfer are the same";
        /// Beyond what can be kept.
        TOO_MANY_PIECES = "too_many_pieces", Invalid, "The number of pieces is too high";
        /// Decided on another level.
        STOCK_CHANGED = "stock_changed", Busy, "The stock has changed";
        /// Reservations and stock disagree.
        STOCK_NOT_RESERVED = "stock_not_reserved", Internal, "The stock is not reserved as the reservation says";
        /// The history does not fold.
        STOCK_STREAM_DAMAGED = "stock_stream_damaged", Internal, "The history of the stock is damaged";
    }
}

impl Rejection for StockRejection {
    fn code(&self) -> Code {
        match self {
            Self::NotFound | Self::OtherTenant => code::STOCK_ITEM_NOT_FOUND,
            Self::ItemExists => code::STOCK_ITEM_EXISTS,
            Self::NoPieces => code::NO_PIECES,
            Self::WrongDirection { .. } => code::ADJUSTMENT_DIRECTION,
            Self::BelowZero { .. } => code::STOCK_BELOW_ZERO,
            Self::BeyondAvailable { .. } => code::STOCK_BEYOND_AVAILABLE,
            Self::SameLocation => code::TRANSFER_SAME_LOCATION,
            Self::TooManyPieces => code::TOO_MANY_PIECES,
            Self::StockChanged => code::STOCK_CHANGED,
            Self::NotReserved { .. } => code::STOCK_NOT_RESERVED,
            Self::Damaged(_) => code::STOCK_STREAM_DAMAGED,
        }
    }

    fn detail(&self) -> String {
        match self {
            // Absent or another tenant's: one answer for both.
            Self::OtherTenant => Self::NotFound.to_string(),
            rejection => rejection.to_string(),
        }
    }
}
