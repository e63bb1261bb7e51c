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

uuid_id!(
    /// The stock of one SKU at one location of one tenant. It is derived from the three by [`StockId::of`].
    StockId
);
uuid_id!(
    /// One location of one tenant. It is derived from the two by [`LocationStreamId::of`].
    LocationStreamId
);
uuid_id!(
    /// One reservation: what an order holds, or has asked for, at one location. Whoever asks chooses it, so that a request and its
    /// repetitions reach the same stream.
    ReservationId
);
uuid_id!(
    /// One request to a stream of another participant, by the id of the event or the HTTP request that asked. The stream answers each id
    /// once.
    /// One request to a reservation or a payment, by the id of the event or the HTTP request that asked. Each id is answered once.
    RequestId
);
uuid_id!(
    /// One payment of an order at a payment provider. It is derived from the order by [`PaymentId::of`].
    PaymentId
);
uuid_id!(
    /// What one location has to send of an order. It is derived from the order by [`FulfilmentId::of`].
    FulfilmentId
);
uuid_id!(
    /// One thing that somebody is told by one channel. It is derived from the event that it tells of by [`NotificationId::of`].
    NotificationId
);
uuid_id!(
    /// The kitchen at a location of a tenant. It is derived from the two by [`KitchenId::of`].
    KitchenId
);
uuid_id!(
    /// How a location of a tenant ships with carriers. It is derived from the two by [`ShippingLocationId::of`].
    ShippingLocationId
);
uuid_id!(
    /// Where a merchant takes webhooks.
    WebhookEndpointId
);
uuid_id!(
    /// One transfer of goods between two locations. Both locations record it.
    TransferId
);

impl From<EventId> for RequestId {
    fn from(event: EventId) -> Self {
        Self(event.0)
    }
}

/// Namespace of the UUIDs of stock, itself a random UUID. It never changes, since every stored stream is found by it.
const STOCK_NAMESPACE: Uuid = Uuid::from_u128(0x8b0f_3c52_66a5_4a0e_9d8e_51d3_7c1f_20b4);

impl StockId {
    /// The id of a tenant's stock of a SKU at a location: UUIDv5 of the three, in this order, separated by NUL, which none of them
    /// can contain.
    pub fn of(tenant: &TenantId, location: &LocationId, sku: &Sku) -> Self {
        Self(Uuid::new_v5(&STOCK_NAMESPACE, format!("{tenant}\0{location}\0{sku}").as_bytes()))
    }
}

/// Namespace of the UUIDs of locations, itself a random UUID. It never changes, since every stored stream is found by it.
const LOCATION_NAMESPACE: Uuid = Uuid::from_u128(0x5e0c_71ab_4d92_4f36_8c11_d7a9_3b62_08fe);

impl LocationStreamId {
    /// The id of a tenant's location: UUIDv5 of tenant and code, separated by NUL, which neither can contain.
    pub fn of(tenant: &TenantId, code: &LocationId) -> Self {
        Self(Uuid::new_v5(&LOCATION_NAMESPACE, format!("{tenant}\0{code}").as_bytes()))
    }
}

/// Namespace of the UUIDs of what an order asks other participants for, itself a random UUID. It never changes, since a repeated
/// request must reach the stream of the first.
const ASKED_NAMESPACE: Uuid = Uuid::from_u128(0x41d6_0b6e_93c8_4c57_a5b0_6e2d_0f9a_7e13);

/// UUIDv5 of what is asked for, the order and its number among those of the order.
fn asked(what: &str, order: OrderId, number: u32) -> Uuid {
    Uuid::new_v5(&ASKED_NAMESPACE, format!("{what}\0{order}\0{number}").as_bytes())
}

impl ReservationId {
    /// The id of an order's reservation of a number, from 1.
    pub fn of(order: OrderId, number: u32) -> Self {
        Self(asked("reservation", order, number))
    }
}

impl PaymentId {
    /// The id of an order's payment of a number, from 1. Another payment follows where the first can no longer be captured.
    pub fn of(order: OrderId, number: u32) -> Self {
        Self(asked("payment", order, number))
    }
}

impl FulfilmentId {
    /// The id of an order's fulfilment of a number, from 1.
    pub fn of(order: OrderId, number: u32) -> Self {
        Self(asked("fulfilment", order, number))
    }
}

/// Namespace of the UUIDs of kitchens, itself a random UUID. It never changes, since every stored stream is found by it.
const KITCHEN_NAMESPACE: Uuid = Uuid::from_u128(0x6e0b_51d7_2f38_4c1a_9b46_d07c_58ae_13f5);

impl KitchenId {
    /// The id of the kitchen at a tenant's location: UUIDv5 of the two, in this order, separated by NUL, which neither can contain.
    pub fn of(tenant: &TenantId, location: &LocationId) -> Self {
        Self(Uuid::new_v5(&KITCHEN_NAMESPACE, format!("{tenant}\0{location}").as_bytes()))
    }
}

/// Namespace of the UUIDs of how locations ship, itself a random UUID. It never changes, since every stored stream is found by it.
const SHIPPING_LOCATION_NAMESPACE: Uuid = Uuid::from_u128(0xa71c_09e4_6b25_4d8f_83f0_3e5a_c2d9_614b);

impl ShippingLocationId {
    /// The id of how a tenant's location ships: UUIDv5 of the two, in this order, separated by NUL, which neither can contain.
    pub fn of(tenant: &TenantId, location: &LocationId) -> Self {
        Self(Uuid::new_v5(&SHIPPING_LOCATION_NAMESPACE, format!("{tenant}\0{location}").as_bytes()))
    }
}

/// Namespace of the UUIDs of notifications, itself a random UUID. It never changes, since an event that is delivered again must reach the
/// stream of the first delivery.
const NOTIFICATION_NAMESPACE: Uuid = Uuid::from_u128(0x2c1f_9a80_57d4_4be3_b1a6_6f40_c3e8_915d);

impl NotificationId {
    /// The id of what is told of an event: UUIDv5 of the event, the kind, the channel and, for a webhook, the endpoint.
    pub fn of(event: EventId, kind: &str, channel: &str, endpoint: Option<WebhookEndpointId>) -> Self {
        let endpoint = endpoint.map(|endpoint| endpoint.to_string()).unwrap_or_default();
        let text = format!("{event}\0{kind}\0{channel}\0{endpoint}");
        Self(Uuid::new_v5(&NOTIFICATION_NAMESPACE, text.as_bytes()))
    }
}

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
    /// A place that keeps stock, such as a warehouse, a shop or a kitchen, by the tenant's code for it, such as `zrh-1`.
    LocationId, "location", 32, is_identifying
);
text_type!(
    /// A place in a kitchen where some of the menu is prepared, by the kitchen's name for it, such as `grill`.
    StationName, "station", 32, is_identifying
);
text_type!(
    /// Who brings goods to the customer, by the tenant's name for them.
    Carrier, "carrier", 64, is_identifying
);
text_type!(
    /// A service that a carrier sells, by the carrier's own name for it, such as `parcel`.
    CarrierService, "carrier service", 64, is_identifying
);
text_type!(
    /// The carrier's number of a shipment.
    TrackingNumber, "tracking number", 64, is_identifying
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
    /// Who decided something: the subject of the access token.
    Operator, "operator", 255, is_identifying, recorded |_| true
);
text_type!(
    /// What a payment provider calls something of its own, such as a payment or a method to pay with.
    ProviderReference, "provider reference", 255, is_visible_ascii, recorded |_| true
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

#[cfg(test)]
mod tests {
    use super::*;

    fn stock(tenant: &str, location: &str, sku: &str) -> StockId {
        let location = LocationId::try_new(location).unwrap();
        StockId::of(&TenantId::try_new(tenant).unwrap(), &location, &Sku::try_new(sku).unwrap())
    }

    #[test]
    fn ids_of_what_an_order_asks_for_follow_from_the_order_and_a_number() {
        let order = OrderId::new(Uuid::nil());
        let ids = [
            ReservationId::of(order, 1).uuid(),
            ReservationId::of(order, 2).uuid(),
            PaymentId::of(order, 1).uuid(),
            FulfilmentId::of(order, 1).uuid(),
            PaymentId::of(OrderId::new(Uuid::max()), 1).uuid(),
        ];
        assert_eq!(ids[0].to_string(), "57995660-2d51-51a7-abc2-c2d54f8fe0c2", "stored streams are found by it");
        assert_eq!(ids.iter().collect::<std::collections::BTreeSet<_>>().len(), ids.len());
    }

    #[test]
    fn the_id_of_a_location_follows_from_tenant_and_code() {
        let location = |tenant: &str, code: &str| {
            LocationStreamId::of(&TenantId::try_new(tenant).unwrap(), &LocationId::try_new(code).unwrap())
        };
        assert_eq!(
            location("shop", "zrh-1").to_string(),
            "924f363c-3071-52fa-9d58-2e711dd6813c",
            "stored streams are found by it"
        );
        assert_ne!(location("shop", "zrh-1"), location("shop", "zrh-2"));
        assert_ne!(location("shop", "zrh-1"), location("shop-2", "zrh-1"));
    }

    #[test]
    fn the_id_of_a_kitchen_follows_from_tenant_and_location() {
        let kitchen = |tenant: &str, location: &str| {
            KitchenId::of(&TenantId::try_new(tenant).unwrap(), &LocationId::try_new(location).unwrap())
        };
        let id = kitchen("shop", "zrh-k");
        assert_eq!(id.to_string(), "f41618ae-73c5-5043-b525-4207601c948e", "stored streams are found by it");
        for other in [kitchen("shop-2", "zrh-k"), kitchen("shop", "zrh-k2"), kitchen("sho", "pzrh-k")] {
            assert_ne!(other, id);
        }
    }

    #[test]
    fn the_id_of_how_a_location_ships_follows_from_tenant_and_location() {
        let id = |tenant: &str, location: &str| {
            ShippingLocationId::of(&TenantId::try_new(tenant).unwrap(), &LocationId::try_new(location).unwrap())
        };
        assert_eq!(
            id("shop", "zrh-1").to_string(),
            "73723379-b99e-58bc-a4ee-eff4dcf98031",
            "stored streams are found by it"
        );
        for other in [id("shop-2", "zrh-1"), id("shop", "zrh-2"), id("sho", "pzrh-1")] {
            assert_ne!(other, id("shop", "zrh-1"));
        }
    }

    #[test]
    fn the_id_of_stock_follows_from_tenant_location_and_sku() {
        let id = stock("shop", "zrh-1", "85123A");
        assert_eq!(id.to_string(), "2e270327-def2-5aef-84d1-2f4ac49655f7", "stored streams are found by it");
        for other in [
            stock("shop-2", "zrh-1", "85123A"),
            stock("shop", "zrh-2", "85123A"),
            stock("shop", "zrh-1", "85123a"),
            stock("shop", "zrh-18", "5123A"),
        ] {
            assert_ne!(other, id);
        }
    }
}
