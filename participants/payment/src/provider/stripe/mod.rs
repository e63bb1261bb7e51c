//! Stripe, and what speaks like it.
//!
//! A payment is one `PaymentIntent` with manual capture: creating it charges nobody, its id is stored, and everything else is told by
//! that id. See [ADR 0040](../../../../../docs/adr/0040-stripe-by-a-small-client.md).

mod adapter;
mod amounts;
mod client;
mod objects;
mod signature;

pub use adapter::Stripe;
pub use objects::hinted_payment;
pub use signature::{InvalidSignature, SIGNATURE_HEADER, TOLERANCE_S, verify};
