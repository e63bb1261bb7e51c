//! A shipment: the parcel of one fulfilment, from the label that is bought for it to its delivery.
//!
//! Guarantees: a label is bought only once the fulfilment is packed and released, and there is at most one in force; a hold, a
//! cancellation and goods that people have sent themselves void the one that was bought. What is told to a carrier is an effect with a
//! number, stored before it is told, with one result. What a carrier shows of a parcel is a fact: it is refused in no state, and what is
//! known or older leads to no event. Goods that were handed over although something held them are recorded as such.
//!
//! Does not: talk to carriers, know the recipient's address, or decide what the fulfilment is. Whoever tells the carrier opens the address
//! for the attempt.

mod command;
mod consequences;
pub mod contract;
mod decisions;
mod effect;
mod event;
mod evolve;
mod label;
mod parcel;
mod rejection;
mod state;

#[cfg(test)]
mod properties;

pub use decisions::*;
pub use effect::{Effect, EffectKind, effect_key};
pub use event::*;
pub use label::{Label, LabelUrl};
pub use parcel::{ParcelPlace, ParcelStatus, Scan};
pub use rejection::{ShipmentRejection, code};
pub use state::{Shipment, ShipmentDetails, ShipmentState, Stage};

/// Pause before the result of an effect is looked for, in seconds; doubled with each time in vain.
pub const FIRST_PAUSE_S: i64 = 10;
/// Longest such pause.
pub const PAUSE_S_MAX: i64 = 600;
/// How long nothing may be heard of a parcel before it is read, in seconds. Doubled with each time that it shows nothing new.
pub const SILENCE_S: i64 = 6 * 3_600;
/// Longest pause before it is read again.
pub const SILENCE_S_MAX: i64 = 24 * 3_600;
/// How long a parcel that shows nothing new is read. People are told long before, since it was not delivered in time.
pub const FOLLOWED_S_MAX: i64 = 60 * 24 * 3_600;
