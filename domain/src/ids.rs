//! Identifiers. Each is its own type, so that a customer's id cannot be passed as an order's.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::text::{is_identifying, text_type};

/// Defines an identifier over a UUID, written in its hyphenated form.
macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID.
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// The UUID.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

uuid_id!(
    /// One order. New ones are UUIDv7; imported ones are UUIDv8 derived from their source and reference.
    OrderId
);
uuid_id!(
    /// One line of an order, unique within it.
    LineId
);
uuid_id!(
    /// One stored event.
    EventId
);

const fn is_slug(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
}

const fn is_visible_ascii(c: char) -> bool {
    c.is_ascii_graphic()
}

text_type!(
    /// The tenant that owns the data. It comes from the access token alone and is in every row and record.
    TenantId, "tenant", 63, is_slug
);
text_type!(
    /// A tenant's customer, by the tenant's own id.
    CustomerId, "customer id", 64, is_visible_ascii
);
text_type!(
    /// A stock-keeping unit's code, as the catalogue or an imported source spells it.
    Sku, "SKU", 64, is_identifying, recorded |_| true
);
text_type!(
    /// The order number that people use, unique per tenant.
    OrderNumber, "order number", 64, is_identifying, recorded |_| true
);
text_type!(
    /// The system that an imported order comes from, such as `online-retail`.
    ImportSource, "import source", 63, is_slug
);
text_type!(
    /// The name of an imported order in its source.
    ExternalReference, "external reference", 128, is_identifying, recorded |_| true
);
text_type!(
    /// The owner of a key that seals personal data: a customer, or an order without one.
    SubjectId, "subject", 80, is_visible_ascii
);

impl SubjectId {
    /// The subject that owns an order's personal data: its customer, else the order itself.
    pub fn of_order(customer: Option<&CustomerId>, order: OrderId) -> Self {
        let text = customer.map_or_else(|| format!("order:{order}"), |customer| format!("customer:{customer}"));
        Self(text.into())
    }
}
