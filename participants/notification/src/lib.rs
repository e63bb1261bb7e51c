//! Notification: what customers and merchants are told of orders.
//!
//! It is fed by the public events of orders, payments, fulfilments, kitchens and shipments ([`sources`]). What is to be told is a stream of its own, one for
//! each event and channel; [`send`] hands it over when its timer is due, by the ways of [`channel`]: emails by SMTP, SMS by a gateway,
//! webhooks by HTTP.
//!
//! Guarantees: an event is told once by a channel, however often it is delivered; a message is handed over after it is stored that it
//! will be; an email that may have been taken is not sent again unless a person says so; what is old is not told, and nobody is told
//! whose personal data was erased. Neither addresses nor texts are stored. Does not: decide anything about orders, or prove that a
//! mail was read.

pub mod audit;
pub mod channel;
mod code;
mod context;
mod endpoints;
mod error;
mod http;
mod meaning;
mod migrations;
mod of_orders;
mod orders;
mod recipient;
mod refusals;
mod render;
mod request;
pub mod send;
mod sources;
mod tokens;
mod unsubscribe;

pub use context::{Channels, Notifications, Secrets};
pub use http::{Deps, openapi, router};
pub use migrations::migrations;
pub use render::Renderer;
pub use sources::{GROUP, TOPICS, sources};
