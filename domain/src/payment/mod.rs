//! A payment: what an order's customer is charged through one payment of a payment provider.
//!
//! Guarantees: every request is answered by an event that has the request's id, and a request that was answered before leads to no
//! event, however often it comes. What the state does not allow is answered too, by [`RequestRefused`]. A void that comes before its
//! payment refuses it. Nothing is asked of the provider before the event that says so is stored: `…Started` names the [`Effect`],
//! whose key the provider recognises repetitions by. What the provider reports is a fact: [`RecordObservation`] is refused in no
//! state of a payment, and only what is new in it leads to events. What we ask for stays within the money invariants: captured is at
//! most authorised, and refunded with charged back at most captured.
//!
//! Does not: call the provider or read a clock. Whoever runs effects reports what came of them.

mod command;
pub mod contract;
mod decisions;
mod effect;
mod event;
mod evolve;
mod observation;
mod rejection;
pub mod requests;
mod state;

#[cfg(test)]
mod properties;

pub use decisions::*;
pub use effect::{Effect, EffectKind, effect_key};
pub use event::*;
pub use observation::{Failure, ObservedPayment, ObservedStatus};
pub use rejection::{PaymentRejection, code};
pub use state::{Inbox, Ledger, Payment, PaymentDetails, PaymentState, Stage};

/// Most requests that a payment answers by a refusal alone.
pub const REQUESTS_MAX: usize = 10_000;
/// Most declines that a payment tells apart. Further ones are recorded only where they answer an effect of ours.
pub const DECLINES_MAX: usize = 100;
/// How long a customer has to authenticate a payment, in seconds.
pub const ACTION_S: i64 = 900;
/// Pause before the provider is asked what became of an effect that was told and not answered, in seconds; doubled with each time.
pub const FIRST_PAUSE_S: i64 = 10;
/// Longest such pause, in seconds.
pub const PAUSE_S_MAX: i64 = 600;
/// How often an authorisation is told and asked for before it counts as declined.
pub const AUTHORIZATION_TRIES_MAX: u32 = 6;
