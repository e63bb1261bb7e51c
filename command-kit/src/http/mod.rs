//! The command edge over HTTP: who asks, read from headers; JSON and NDJSON bodies, strictly; receipts and refusals as responses.

mod admission;
mod answer;
mod caller;
pub mod describe;
pub mod form;
mod json;
mod lines;
mod money;
mod problem;
mod service;

pub use admission::{Admission, admit};
pub use answer::{REPLAYED_HEADER, versioned};
pub use caller::{Keyed, Unkeyed};
pub use json::{BODY_BYTES_MAX, JsonBody, OptionalJsonBody, malformed, optional_text};
pub use lines::{LINE_BYTES_MAX, Line, Lines};
pub use money::MoneyView;
pub use problem::method_not_allowed;
pub use service::{CommandLimits, ServiceState, served};
