//! Why an order refuses a command.

use crate::{IMPORTED_COUNT_MAX, LineId, Money, MoneyError, Unfoldable};

use super::LINES_MAX;

/// Why an order refuses a command. No event results.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderRejection {
    /// The order does not exist.
    #[error("there is no such order")]
    NotFound,
    /// The id is taken by another order.
    #[error("an order with this id exists already, with other content")]
    OrderExists,
    /// The state does not allow the command.
    #[error("{command} is not allowed while the order is {state}")]
    NotAllowed { state: &'static str, command: &'static str },
    /// The line id is taken by another line.
    #[error("line {0} exists already, with other content")]
    LineExists(LineId),
    /// The order has no such line.
    #[error("the order has no line {0}")]
    LineNotFound(LineId),
    /// The order has the most lines allowed already.
    #[error("an order has at most {LINES_MAX} lines")]
    TooManyLines,
    /// The order has no lines.
    #[error("an order needs at least one line")]
    NoLines,
    /// The order has no shipping address.
    #[error("an order needs a shipping address before it is placed")]
    ShippingAddressMissing,
    /// The client expected another total.
    #[error("the total is {computed}, not {expected} as the client expects")]
    TotalMismatch { computed: Money, expected: Money },
    /// An amount of the order is out of range or of another currency.
    #[error("an amount of the order cannot be computed: {0}")]
    Amount(#[from] MoneyError),
    /// The same reference was imported with other content, and the row is no correction.
    #[error(
        "this reference was imported before with other content ({}); to correct the order, import it as an update",
        differing.join(", ")
    )]
    ImportConflict {
        /// The fields that differ.
        differing: Vec<&'static str>,
    },
    /// An imported number is of the engine's own form and beyond what the tenant's counter may be moved to.
    #[error("an imported number of the form SO-… goes up to SO-{IMPORTED_COUNT_MAX}")]
    NumberBeyondBound,
    /// A credit's origin was given for a sale.
    #[error("only a credit names the order it takes back")]
    CreditOfWithoutCredit,
    /// The stream is damaged.
    #[error("the order's history is damaged: {0}")]
    Damaged(#[from] Unfoldable),
}

impl OrderRejection {
    /// A stable code for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "order_not_found",
            Self::OrderExists => "order_exists",
            Self::NotAllowed { .. } => "state_forbids_command",
            Self::LineExists(_) => "line_exists",
            Self::LineNotFound(_) => "line_not_found",
            Self::TooManyLines => "too_many_lines",
            Self::NoLines => "no_lines",
            Self::ShippingAddressMissing => "shipping_address_missing",
            Self::TotalMismatch { .. } => "total_mismatch",
            Self::Amount(MoneyError::CurrencyMismatch(..)) => "currency_mismatch",
            Self::Amount(_) => "amount_overflow",
            Self::ImportConflict { .. } => "import_conflict",
            Self::NumberBeyondBound => "order_number_beyond_bound",
            Self::CreditOfWithoutCredit => "credit_of_without_credit",
            Self::Damaged(_) => "stream_damaged",
        }
    }
}
