//! Refusals over HTTP, as RFC 9457 problem documents, and strict parsing of JSON bodies.
//!
//! Guarantees: every refusal has a stable `type` and `code`; a 5xx reveals nothing of its cause. Does not: decide which
//! business refusal gets which status.

mod document;
mod json;
mod shapes;
mod strict;

pub use document::{FieldError, Problem};
pub use json::{JSON_BYTES_MAX, StrictJson, read_body};
pub use strict::{JSON_DEPTH_MAX, parse_borrowed, parse_strict};
