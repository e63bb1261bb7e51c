//! The public events. Field names and types are those of the Avro schemas; moments are microseconds since 1970 in UTC.

use serde::{Deserialize, Serialize};

use super::ContractAddress;

/// Every record of the order topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicEvent {
    /// A draft was created.
    OrderDrafted(OrderDrafted),
    /// A line was added.
    LineAdded(LineAdded),
    /// A line's quantity changed.
    LineQuantityChanged(LineQuantityChanged),
    /// A line was removed.
    LineRemoved(LineRemoved),
    /// An address was set or replaced.
    AddressChanged(AddressChanged),
    /// The customer placed the order.
    OrderPlaced(OrderPlaced),
    /// The order was cancelled.
    OrderCancelled(OrderCancelled),
    /// An order of another system was imported.
    OrderImported(OrderImported),
    /// An imported order was replaced by a corrected one of the same reference.
    OrderImportCorrected(OrderImportCorrected),
    /// The key of the order's personal data was destroyed.
    SubjectErased(SubjectErased),
    /// Another program wrote a row that is no event of the engine.
    ForeignEvent(ForeignEvent),
}

/// Defines a record with the four fields that every record begins with.
macro_rules! record {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $name {
            /// The order's id.
            pub order_id: String,
            /// Position of the event in the order's stream, from 1 without gaps.
            pub version: i64,
            /// The tenant.
            pub tenant: String,
            /// Business time.
            pub at: i64,
            $($(#[$field_doc])* pub $field: $type,)*
        }
    };
}

record!(
    /// A draft was created.
    OrderDrafted {
        /// The customer, where known.
        customer: Option<String>,
        /// ISO 4217 code of the order's one currency.
        currency: String,
    }
);
record!(
    /// A line was added.
    LineAdded {
        /// The line.
        line: ContractLine,
    }
);
record!(
    /// A line's quantity changed.
    LineQuantityChanged {
        /// The line's id.
        line_id: String,
        /// The new quantity in pieces.
        quantity: i64,
        /// The line's new total.
        total: ContractMoney,
    }
);
record!(
    /// A line was removed.
    LineRemoved {
        /// The line's id.
        line_id: String,
    }
);
record!(
    /// An address was set or replaced.
    AddressChanged {
        /// Which of the order's addresses.
        role: AddressRole,
        /// The address.
        address: ContractAddress,
    }
);
record!(
    /// The customer placed the order. Lines, total and addresses are frozen.
    OrderPlaced {
        /// The order's number, unique within the tenant.
        number: String,
        /// The lines.
        lines: Vec<ContractLine>,
        /// The sum of the line totals.
        total: ContractMoney,
        /// The shipping address.
        shipping_address: ContractAddress,
        /// The billing address, where it is not the shipping address.
        billing_address: Option<ContractAddress>,
    }
);
record!(
    /// The order was cancelled.
    OrderCancelled {
        /// Why the order was cancelled.
        reason: CancelReason,
        /// A note of the person who cancelled.
        note: Option<String>,
    }
);
record!(
    /// An order of another system was imported.
    OrderImported {
        /// The system it comes from.
        source: String,
        /// The order's name in that system.
        reference: String,
        /// The number people know it by.
        number: String,
        /// A sale, or a credit that takes one back.
        kind: OrderKind,
        /// The reference of the sale that a credit takes back, where the source names it.
        credit_of: Option<String>,
        /// The customer, where known.
        customer: Option<String>,
        /// ISO 3166-1 alpha-2 code, where known.
        country: Option<String>,
        /// Its lines; amounts are positive in a credit too.
        lines: Vec<ContractLine>,
        /// The sum of the line totals; positive in a credit too.
        total: ContractMoney,
        /// When the order was placed in its source.
        placed_at: i64,
        /// When it was imported.
        imported_at: i64,
    }
);
record!(
    /// An imported order was replaced by a corrected one of the same reference. The record holds the whole order from now on.
    OrderImportCorrected {
        /// The system it comes from.
        source: String,
        /// The order's name in that system.
        reference: String,
        /// The number people know it by.
        number: String,
        /// A sale, or a credit that takes one back.
        kind: OrderKind,
        /// The reference of the sale that a credit takes back, where the source names it.
        credit_of: Option<String>,
        /// The customer, where known.
        customer: Option<String>,
        /// ISO 3166-1 alpha-2 code, where known.
        country: Option<String>,
        /// Its lines; amounts are positive in a credit too.
        lines: Vec<ContractLine>,
        /// The sum of the line totals; positive in a credit too.
        total: ContractMoney,
        /// When the order was placed in its source.
        placed_at: i64,
        /// When it was first imported.
        imported_at: i64,
    }
);
record!(
    /// The key that the order's personal data is sealed under was destroyed, here and in every copy. Consumers that
    /// keep personal data of this order in the clear must delete it.
    SubjectErased {
        /// The subject whose key was destroyed.
        subject: String,
    }
);
record!(
    /// A row that another program wrote and that is no event of the engine.
    ForeignEvent {
        /// The row's aggregate type; `order` where the row is in an order's own stream.
        aggregate_type: String,
        /// The row's event type.
        event_type: String,
        /// The row's event version.
        event_version: String,
        /// The row's JSON body; `None` where it is too large to publish.
        body: Option<String>,
    }
);

/// One line with its total.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractLine {
    /// Unique within the order.
    pub line_id: String,
    /// The stock-keeping unit.
    pub sku: String,
    /// Description on the invoice.
    pub description: Option<String>,
    /// Quantity in pieces.
    pub quantity: i64,
    /// Price of one piece.
    pub unit_price: ContractUnitPrice,
    /// Quantity times unit price, rounded once to the minor unit, half to even.
    pub total: ContractMoney,
}

/// An amount in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractMoney {
    /// Minor units: cents for EUR.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// What one piece costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractUnitPrice {
    /// Ten-thousandths of a major unit.
    pub ten_thousandths: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// Defines an enumeration whose unknown symbols read as `Unknown`, so that an old reader survives a new symbol.
macro_rules! symbols {
    ($(#[$doc:meta])* $name:ident { $($(#[$symbol_doc:meta])* $symbol:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum $name {
            $($(#[$symbol_doc])* $symbol,)*
            /// A symbol of a later release.
            #[serde(other)]
            Unknown,
        }
    };
}

symbols!(
    /// Which of an order's addresses.
    AddressRole {
        /// The address that the goods are sent to.
        Shipping,
        /// The address that the invoice is sent to.
        Billing,
    }
);
symbols!(
    /// Why an order was cancelled.
    CancelReason {
        /// The customer asked for it.
        Customer,
        /// The merchant decided it.
        Staff,
        /// A draft was discarded.
        Discarded,
    }
);
symbols!(
    /// Whether an order sells or takes back.
    OrderKind {
        /// Goods for money.
        Sale,
        /// Money back.
        Credit,
    }
);

/// Runs one expression for whichever record the event holds.
macro_rules! each {
    ($event:expr, $record:ident => $result:expr) => {
        match $event {
            PublicEvent::OrderDrafted($record) => $result,
            PublicEvent::LineAdded($record) => $result,
            PublicEvent::LineQuantityChanged($record) => $result,
            PublicEvent::LineRemoved($record) => $result,
            PublicEvent::AddressChanged($record) => $result,
            PublicEvent::OrderPlaced($record) => $result,
            PublicEvent::OrderCancelled($record) => $result,
            PublicEvent::OrderImported($record) => $result,
            PublicEvent::OrderImportCorrected($record) => $result,
            PublicEvent::SubjectErased($record) => $result,
            PublicEvent::ForeignEvent($record) => $result,
        }
    };
}

impl PublicEvent {
    /// The names of all records, in the order of the enum.
    pub const NAMES: [&'static str; 11] = [
        "OrderDrafted",
        "LineAdded",
        "LineQuantityChanged",
        "LineRemoved",
        "AddressChanged",
        "OrderPlaced",
        "OrderCancelled",
        "OrderImported",
        "OrderImportCorrected",
        "SubjectErased",
        "ForeignEvent",
    ];

    /// The record's name, which is its Avro record's and its `ce_type`.
    pub const fn name(&self) -> &'static str {
        Self::NAMES[self.index()]
    }

    /// The record's index in [`PublicEvent::NAMES`].
    pub const fn index(&self) -> usize {
        match self {
            Self::OrderDrafted(_) => 0,
            Self::LineAdded(_) => 1,
            Self::LineQuantityChanged(_) => 2,
            Self::LineRemoved(_) => 3,
            Self::AddressChanged(_) => 4,
            Self::OrderPlaced(_) => 5,
            Self::OrderCancelled(_) => 6,
            Self::OrderImported(_) => 7,
            Self::OrderImportCorrected(_) => 8,
            Self::SubjectErased(_) => 9,
            Self::ForeignEvent(_) => 10,
        }
    }

    /// The order's id.
    pub fn order_id(&self) -> &str {
        each!(self, record => &record.order_id)
    }

    /// Position of the event in the order's stream, from 1 without gaps.
    pub const fn version(&self) -> i64 {
        each!(self, record => record.version)
    }

    /// The tenant.
    pub fn tenant(&self) -> &str {
        each!(self, record => &record.tenant)
    }

    /// Business time in microseconds since 1970.
    pub const fn at(&self) -> i64 {
        each!(self, record => record.at)
    }

    /// The record's body as JSON, without its name.
    ///
    /// # Errors
    /// None that a record of this contract can cause; serde's signature has one.
    pub fn to_json(&self) -> serde_json::Result<serde_json::Value> {
        each!(self, record => serde_json::to_value(record))
    }

    /// Reads a record from its name and JSON body, as [`PublicEvent::to_json`] writes it.
    ///
    /// # Errors
    /// A name that is none of [`PublicEvent::NAMES`], or a body of another shape.
    pub fn from_json(name: &str, body: serde_json::Value) -> serde_json::Result<Self> {
        use serde::de::Error;
        use serde_json::from_value;
        match name {
            "OrderDrafted" => from_value(body).map(Self::OrderDrafted),
            "LineAdded" => from_value(body).map(Self::LineAdded),
            "LineQuantityChanged" => from_value(body).map(Self::LineQuantityChanged),
            "LineRemoved" => from_value(body).map(Self::LineRemoved),
            "AddressChanged" => from_value(body).map(Self::AddressChanged),
            "OrderPlaced" => from_value(body).map(Self::OrderPlaced),
            "OrderCancelled" => from_value(body).map(Self::OrderCancelled),
            "OrderImported" => from_value(body).map(Self::OrderImported),
            "OrderImportCorrected" => from_value(body).map(Self::OrderImportCorrected),
            "SubjectErased" => from_value(body).map(Self::SubjectErased),
            "ForeignEvent" => from_value(body).map(Self::ForeignEvent),
            name => Err(serde_json::Error::custom(format!("no public event is named {name:?}"))),
        }
    }
}
