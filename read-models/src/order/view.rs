//! An order as the read models see it, and the table `order_summary`, whose columns are its fields.

use std::borrow::Cow;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use domain::contract::{ContractAddress, Position};
use tokio_postgres::types::{Json, Type};
use uuid::Uuid;

use super::lines::{LineView, Lines};
use super::progress::ProgressView;
use crate::table::{Cell, Field, Shown, Stored, Table, columns};

/// One row an order.
pub(crate) static ORDER_SUMMARY: LazyLock<Table> =
    LazyLock::new(|| Table::of::<OrderView>("order_summary", &["order_id"]));
/// Defines an enumeration that is stored as text.
macro_rules! stored {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// The stored text.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }

            /// The value of a stored text; `None` for any other text.
            pub fn parse(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl Field for $name {
            const KIND: Type = Type::TEXT;

            fn cell(&self) -> Cell<'_> {
                Cell::Text(self.as_str())
            }
        }

        impl Stored for $name {
            type Sql<'a> = &'a str;

            fn restore(sql: &str) -> Result<Self, String> {
                Self::parse(sql).ok_or_else(|| sql.to_owned())
            }
        }

        impl Shown for $name {
            type Column<'a> = &'a str;
            type Shown<'a> = Self;

            fn from_column<'a>(column: &'a str) -> Result<Self, String>
            where
                Self: 'a,
            {
                Self::restore(column)
            }

            fn shown(&self) -> Self {
                *self
            }
        }
    };
}

stored!(
    /// The state of an order.
    ViewState {
        /// Its lines and addresses may still change.
        Draft = "DRAFT",
        /// Committed to by the customer.
        Placed = "PLACED",
        /// Committed to by the merchant.
        Confirmed = "CONFIRMED",
        /// Not taken by the merchant.
        Rejected = "REJECTED",
        Cancelled = "CANCELLED",
        /// A draft that was given up.
        Expired = "EXPIRED",
        /// Nothing more happens to it. An imported order is completed from the start.
        Completed = "COMPLETED",
        /// Has only events of other programs so far. Stored for its version; no query shows it.
        #[default]
        Foreign = "FOREIGN",
    }
);
stored!(
    /// Whether an order is a sale or a credit.
    ViewKind {
        #[default]
        Sale = "SALE",
        /// Money is paid back: its sums are negative.
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

/// An order with its lines, which stand in its row too: whoever reads an order reads one row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderView {
    pub order_id: Uuid,
    pub tenant: String,
    /// Version of the last event folded in.
    pub version: i64,
    pub state: ViewState,
    pub kind: ViewKind,
    /// Whether it was imported from another system.
    pub imported: bool,
    /// The system it was imported from; `None` if it was not imported.
    pub source: Option<String>,
    /// Its id in that system.
    pub reference: Option<String>,
    /// In a credit, the reference of the order that it takes back, where known.
    pub credit_of: Option<String>,
    /// The order number; `None` until it is placed.
    pub number: Option<String>,
    /// The customer's id, where known.
    pub customer: Option<String>,
    /// ISO 3166-1 alpha-2 code of the shipping address, or as imported.
    pub country: Option<String>,
    /// ISO 4217 code; `None` only while the state is foreign.
    pub currency: Option<String>,
    /// The total in minor units, negative in a credit.
    pub total_minor: i64,
    /// How many lines it has.
    pub line_count: i32,
    /// Pieces of all lines, negative in a credit.
    pub quantity_total: i64,
    pub drafted_at: Option<DateTime<Utc>>,
    pub placed_at: Option<DateTime<Utc>>,
    pub cancelled_at: Option<DateTime<Utc>>,
    pub imported_at: Option<DateTime<Utc>>,
    /// When the last event was recorded, to the millisecond, which is what a Kafka record keeps.
    pub updated_at: DateTime<Utc>,
    /// The symbol of its reason, such as `CUSTOMER`; `None` if it is not cancelled.
    pub cancel_reason: Option<String>,
    /// Free text given with the cancellation.
    pub cancel_note: Option<String>,
    /// [`domain::order::PaymentStatus`] by name. `None` before the order is placed, in an imported one, and where nothing is to be paid.
    pub payment_status: Option<String>,
    /// [`domain::order::FulfilmentStatus`] by name. `None` before the order is placed, in an imported one, and where nothing is to be
    /// sent.
    pub fulfilment_status: Option<String>,
    /// What holds it, as [`Holds`](super::holds::Holds) writes it; `None` where nothing does.
    pub holds: Option<String>,
    pub confirmed_at: Option<DateTime<Utc>>,
    pub completed_at: Option<DateTime<Utc>>,
    pub rejected_at: Option<DateTime<Utc>>,
    /// `None` where nothing of it has happened.
    pub progress: Option<ProgressView>,
    /// Its personal details are sealed.
    pub shipping_address: Option<ContractAddress>,
    /// Its personal details are sealed.
    pub billing_address: Option<ContractAddress>,
    /// Shard of the last event in the log.
    pub shard: i16,
    /// Position of the last event in its shard.
    pub position: i64,
    /// Lines by ordinal.
    pub lines: Lines,
}

columns!(OrderView {
    order_id,
    tenant,
    version,
    state,
    kind,
    imported,
    source,
    reference,
    credit_of,
    number,
    customer,
    country,
    currency,
    total_minor,
    line_count,
    quantity_total,
    drafted_at,
    placed_at,
    cancelled_at,
    imported_at,
    updated_at,
    cancel_reason,
    cancel_note,
    payment_status,
    fulfilment_status,
    holds,
    confirmed_at,
    completed_at,
    rejected_at,
    progress,
    shipping_address,
    billing_address,
    shard,
    position,
    lines = "encoded_lines",
});

impl OrderView {
    /// Position of the last event in the log.
    pub const fn log_position(&self) -> Position {
        Position { shard: self.shard, position: self.position }
    }

    /// The line with this id.
    pub fn line(&self, line_id: Uuid) -> Option<&LineView> {
        self.lines.iter().find(|line| line.line_id == line_id)
    }
}

impl Field for ContractAddress {
    const KIND: Type = Type::JSONB;

    fn cell(&self) -> Cell<'_> {
        Cell::Document(self)
    }
}

impl Stored for ContractAddress {
    type Sql<'a> = Json<Self>;

    fn restore(Json(sql): Json<Self>) -> Result<Self, String> {
        Ok(sql)
    }
}

impl Shown for ContractAddress {
    type Column<'a> = Json<Self>;
    type Shown<'a> = Cow<'a, Self>;

    fn from_column<'a>(Json(column): Json<Self>) -> Result<Cow<'a, Self>, String>
    where
        Self: 'a,
    {
        Ok(Cow::Owned(column))
    }

    fn shown(&self) -> Cow<'_, Self> {
        Cow::Borrowed(self)
    }
}

impl OrderView {
    /// The order's row as JSON, column by column.
    pub fn row_json(&self) -> serde_json::Map<String, serde_json::Value> {
        crate::table::fields(self)
    }
}
