//! The order engine's decisions, as pure functions over events.
//!
//! Every aggregate is a [`Decider`]: it takes a command and a folded state, and returns events or a typed rejection.
//! The crate has no I/O, no clock and no randomness. Stored events stay private to the engine; [`contract`] maps each
//! one to the public event that other teams read.

mod area;
pub mod bank;
mod consistency;
pub mod contract;
mod country;
mod currency;
mod decider;
mod decision;
pub mod fulfilment;
mod ids;
pub mod kitchen;
pub mod location;
mod money;
pub mod notification;
mod numbering;
pub mod order;
pub mod order_saga;
pub mod payment;
mod privacy;
mod quantity;
pub mod refusal;
pub mod reservation;
mod scope;
pub mod shipment;
pub mod shipping_location;
pub mod stock;
pub mod testing;
mod text;
pub mod ticket;
mod time;
pub mod upcast;

pub use area::{Coordinates, DeliveryArea, InvalidCoordinates, PostalPrefix};
pub use consistency::{ConsistencyToken, InvalidConsistencyToken};
pub use country::{CountryCode, UnknownCountry};
pub use currency::{Currency, CurrencyError};
pub use decider::{Decider, Unfoldable, fold};
pub use ids::{
    Carrier, CarrierService, CustomerId, EventId, ExternalReference, FulfilmentId, ImportSource, KitchenId, LineId,
    LocationId, LocationStreamId, NotificationId, Operator, OrderId, OrderNumber, PaymentId, ProviderReference,
    RequestId, ReservationId, ShippingLocationId, Sku, StationName, StockId, SubjectId, TenantId, TrackingNumber,
    TransferId, WebhookEndpointId,
};
pub use money::{Money, MoneyError, UNIT_PRICE_DECIMALS, UnitPrice, decimal};
pub use numbering::{Count, FIRST_COUNT, IMPORTED_COUNT_MAX};
pub use privacy::{Address, Sealed};
pub use quantity::{Difference, InvalidDifference, InvalidPieces, InvalidQuantity, Pieces, Quantity};
pub use scope::Scope;
pub use text::{Description, InvalidText, Reason, is_hidden};
pub use time::{InvalidTimestamp, Timestamp};
pub use upcast::{EventType, StoredEvent};
