//! An order as the read models see it: the rows of `order_summary` and `order_lines` as values.

use chrono::{DateTime, Utc};
use domain::contract::{ContractAddress, Position};
use uuid::Uuid;

/// Defines an enumeration that is stored as text.
macro_rules! stored {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// As stored.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }

            /// From what is stored.
            pub fn parse(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

stored!(
    /// Where an order stands.
    ViewState {
        /// Being put together.
        Draft = "DRAFT",
        /// Committed to by the customer.
        Placed = "PLACED",
        /// Called off.
        Cancelled = "CANCELLED",
        /// Over and done; an imported order is from the start.
        Completed = "COMPLETED",
        /// Only rows of another program so far. Kept for its version; no query shows it.
        Foreign = "FOREIGN",
    }
);
stored!(
    /// Whether an order sells or takes back.
    ViewKind {
        /// Goods for money.
        Sale = "SALE",
        /// Money back: its sums are negative.
        Credit = "CREDIT",
    }
);

impl ViewKind {
    /// The sign that the kind gives to sums.
    pub const fn sign(self) -> i64 {
        match self {
            Self::Sale => 1,
            Self::Credit => -1,
        }
    }
}

/// An order with its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderView {
    /// Which order.
    pub order_id: Uuid,
    /// Whose shop.
    pub tenant: String,
    /// Version of the last event folded in.
    pub version: i64,
    /// Where it stands.
    pub state: ViewState,
    /// A sale or a credit.
    pub kind: ViewKind,
    /// Whether it was taken in from another system.
    pub imported: bool,
    /// That system.
    pub source: Option<String>,
    /// What it is called there.
    pub reference: Option<String>,
    /// What a credit takes back, where known.
    pub credit_of: Option<String>,
    /// The number people know it by, once placed.
    pub number: Option<String>,
    /// For whom, where known.
    pub customer: Option<String>,
    /// Of the shipping address, or as imported.
    pub country: Option<String>,
    /// ISO 4217 code; `None` only while the state is foreign.
    pub currency: Option<String>,
    /// The total in minor units, negative in a credit.
    pub total_minor: i64,
    /// Pieces of all lines, negative in a credit.
    pub quantity_total: i64,
    /// When the draft was begun.
    pub drafted_at: Option<DateTime<Utc>>,
    /// When it was placed.
    pub placed_at: Option<DateTime<Utc>>,
    /// When it was called off.
    pub cancelled_at: Option<DateTime<Utc>>,
    /// When it was imported.
    pub imported_at: Option<DateTime<Utc>>,
    /// When the last event was recorded, to the millisecond, which is what a Kafka record keeps.
    pub updated_at: DateTime<Utc>,
    /// On what ground it was called off.
    pub cancel_reason: Option<String>,
    /// In whose words.
    pub cancel_note: Option<String>,
    /// Where to; details sealed.
    pub shipping_address: Option<ContractAddress>,
    /// Whom to bill; details sealed.
    pub billing_address: Option<ContractAddress>,
    /// Place of the last event in the log.
    pub position: Position,
    /// Lines by ordinal.
    pub lines: Vec<LineView>,
}

/// One line. Its figures are positive in a credit too, as in the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineView {
    /// Unique within the order.
    pub line_id: Uuid,
    /// Place among the lines, rising but not without gaps while the order is a draft.
    pub ordinal: i32,
    /// What.
    pub sku: String,
    /// What it is called.
    pub description: Option<String>,
    /// Pieces.
    pub quantity: i64,
    /// Ten-thousandths of a major unit.
    pub unit_price: i64,
    /// Minor units.
    pub total_minor: i64,
}

impl OrderView {
    /// The line of an id.
    pub fn line(&self, line_id: Uuid) -> Option<&LineView> {
        self.lines.iter().find(|line| line.line_id == line_id)
    }
}
