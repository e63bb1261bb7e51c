//! Kitchens: locations whose picking takes stations, people and time.
//!
//! It is fed by the public events of fulfilments ([`sources`]) and takes those whose location has a kitchen. What a kitchen decides is
//! decided on its tickets too, in one unit of work. [`staff`] is simulated staff, who cook by the engine's clock; [`promise`] tells of what
//! is late.
//!
//! Guarantees: a fulfilment has one ticket, however often it is announced; an item is cooked once and no station has more in hand than it
//! can, however many processes cook; whatever process ends at whatever moment, another goes on from what is stored. Does not: ship,
//! charge or choose kitchens. Fulfilment learns from the tickets' events what its location has accepted, rejected and made ready.

pub mod audit;
mod code;
mod context;
mod http;
pub mod promise;
mod request;
mod sources;
pub mod staff;
mod unit;

pub use context::Kitchens;
pub use http::{Deps, KitchenReceipt, KitchenView, TicketView, openapi, router};
pub use sources::{GROUP, source};
