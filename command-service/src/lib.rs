//! The commands of orders, and their HTTP interface.
//!
//! [`commands`] is the core without any protocol; `http` parses requests into its inputs and renders its answers.
//!
//! Guarantees: every refusal is a problem document with a stable code, never a 500 for a business reason; a repeated
//! Idempotency-Key has one effect and one answer; streams, bodies and waits are bounded.
//! Does not: read Kafka or read models. Lists of orders are the query service's.

pub mod commands;
mod http;

pub use commands::imported_order_id;
pub use http::{Deps, Limits, docs_router, openapi, openapi_json, router};
