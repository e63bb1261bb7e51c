//! Why an order refuses a command.

use crate::refusal::{Code, Rejection};
use crate::{IMPORTED_COUNT_MAX, LineId, Money, MoneyError, Unfoldable};

use super::{LINES_MAX, NOTES_MAX};

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
    /// Pieces of the order have left, so that it cannot be cancelled any more.
    #[error("pieces of the order have been shipped")]
    AlreadyShipped,
    /// Fewer pieces of the line can be cancelled than are to be: the others are being sent, or have left.
    #[error("of line {line} only {cancellable} pieces can be cancelled in all")]
    NotCancellable { line: LineId, cancellable: u64 },
    /// Nothing would be left to send of an order of which nothing has left.
    #[error("nothing would be left of the order; cancel the order instead")]
    NothingLeft,
    /// Pieces of the order have not arrived.
    #[error("pieces of the order have been neither delivered nor cancelled")]
    NotDelivered,
    /// The order has the most notes allowed already.
    #[error("an order has at most {NOTES_MAX} notes")]
    TooManyNotes,
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

/// The codes that an order's rejections are told under.
pub mod code {
    crate::codes! {
        /// No such order, or not yours.
        ORDER_NOT_FOUND = "order_not_found", NotFound, "There is no such order";
        /// No such line.
        LINE_NOT_FOUND = "line_not_found", NotFound, "There is no such line";
        /// The id is taken.
        ORDER_EXISTS = "order_exists", Conflict, "The order id is taken";
        /// The state forbids the command.
        STATE_FORBIDS_COMMAND = "state_forbids_command", Conflict, "The order's state does not allow this";
        /// The line id is taken.
        LINE_EXISTS = "line_exists", Conflict, "The line id is taken";
        /// The reference was imported with other content.
        IMPORT_CONFLICT = "import_conflict", Conflict, "The reference was imported with other content";
        /// An imported number would use up the tenant's counter.
        ORDER_NUMBER_BEYOND_BOUND = "order_number_beyond_bound", Invalid, "The imported order number is too high";
        /// One line too many.
        TOO_MANY_LINES = "too_many_lines", Invalid, "The order has too many lines";
        /// An order without lines.
        NO_LINES = "no_lines", Invalid, "The order has no lines";
        /// Nowhere to ship to.
        SHIPPING_ADDRESS_MISSING = "shipping_address_missing", Invalid, "The order has no shipping address";
        /// Pieces have left already.
        ALREADY_SHIPPED = "already_shipped", Conflict, "Pieces of the order have been shipped";
        /// Pieces are being sent, or have left.
        LINE_NOT_CANCELLABLE = "line_not_cancellable", Conflict, "So many pieces of the line cannot be cancelled";
        /// Cancelling the lines would cancel the order.
        NO_LINES_LEFT = "no_lines_left", Conflict, "Nothing would be left of the order";
        /// Not everything has arrived.
        NOT_DELIVERED = "not_delivered", Conflict, "Pieces of the order are still to be delivered";
        /// One note too many.
        TOO_MANY_NOTES = "too_many_notes", Conflict, "The order has too many notes";
        /// The client expects another total.
        TOTAL_MISMATCH = "total_mismatch", Invalid, "The total is another one";
        /// Two currencies in one order.
        CURRENCY_MISMATCH = "currency_mismatch", Invalid, "The currencies differ";
        /// An amount beyond 64 bits.
        AMOUNT_OVERFLOW = "amount_overflow", Invalid, "An amount is too large";
        /// A sale that takes something back.
        CREDIT_OF_WITHOUT_CREDIT = "credit_of_without_credit", Invalid, "Only a credit names what it takes back";
        /// The history does not fold.
        STREAM_DAMAGED = "stream_damaged", Internal, "The order's history is damaged";
    }
}

impl Rejection for OrderRejection {
    fn code(&self) -> Code {
        match self {
            Self::NotFound => code::ORDER_NOT_FOUND,
            Self::OrderExists => code::ORDER_EXISTS,
            Self::NotAllowed { .. } => code::STATE_FORBIDS_COMMAND,
            Self::LineExists(_) => code::LINE_EXISTS,
            Self::LineNotFound(_) => code::LINE_NOT_FOUND,
            Self::TooManyLines => code::TOO_MANY_LINES,
            Self::NoLines => code::NO_LINES,
            Self::ShippingAddressMissing => code::SHIPPING_ADDRESS_MISSING,
            Self::AlreadyShipped => code::ALREADY_SHIPPED,
            Self::NotCancellable { .. } => code::LINE_NOT_CANCELLABLE,
            Self::NothingLeft => code::NO_LINES_LEFT,
            Self::NotDelivered => code::NOT_DELIVERED,
            Self::TooManyNotes => code::TOO_MANY_NOTES,
            Self::TotalMismatch { .. } => code::TOTAL_MISMATCH,
            Self::Amount(MoneyError::CurrencyMismatch(..)) => code::CURRENCY_MISMATCH,
            Self::Amount(_) => code::AMOUNT_OVERFLOW,
            Self::ImportConflict { .. } => code::IMPORT_CONFLICT,
            Self::NumberBeyondBound => code::ORDER_NUMBER_BEYOND_BOUND,
            Self::CreditOfWithoutCredit => code::CREDIT_OF_WITHOUT_CREDIT,
            Self::Damaged(_) => code::STREAM_DAMAGED,
        }
    }

    fn detail(&self) -> String {
        match self {
            // Absent or somebody else's: one answer for both.
            Self::NotFound => "no order with this id is yours to see".to_owned(),
            rejection => rejection.to_string(),
        }
    }
}
