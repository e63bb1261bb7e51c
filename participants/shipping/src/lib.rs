//! Shipping: the parcels of fulfilments, with labels of carriers, followed to the door.
//!
//! It is fed by the public events of fulfilments and orders ([`sources`]): a fulfilment whose location ships with carriers gets a shipment,
//! and a placed order says where it goes. What a shipment wants done at a carrier is told by way of [`carrier`], and what carriers show of
//! parcels is recorded; [`waker`] looks after what has no result and at parcels of which nothing is heard.
//!
//! Guarantees: what is told to a carrier is stored before, under a key that the carrier recognises repetitions by; a fulfilment has at most
//! one label in force, whatever process ends at whatever moment; a webhook is a hint, after which the parcel is read; the recipient's
//! address is kept sealed, and opened for one attempt. Does not: decide whether anything may leave. Fulfilment learns from the
//! shipments' events what has left and arrived.

mod addresses;
pub mod audit;
pub mod carrier;
mod code;
mod context;
mod effects;
mod http;
mod migrations;
mod recipient;
mod request;
mod sources;
mod wake;
mod webhook;

pub use context::{ShipmentDeps, Shipments, ShippingLocations};
pub use http::{Deps, ShipmentReceipt, ShipmentView, ShippingReceipt, ShippingView, openapi, router};
pub use migrations::migrations;
pub use sources::{GROUP, TOPICS, sources};
pub use wake::waker;
