//! Logs, traces and metrics.
//!
//! Guarantees: trace ids exist and travel whether or not traces are exported; every log line inside a request carries its
//! correlation id, as a field of the span around it. Does not: block on a receiver of traces; spans that cannot be sent
//! in time are dropped.

mod correlation;
mod export;
mod http;
mod init;
mod measure;
mod propagation;

pub use correlation::{CORRELATION_HEADER, CorrelationId, InvalidCorrelationId};
pub use http::observe;
pub use init::{Guard, TelemetryError, init, init_with_writer};
pub use measure::metrics_text;
pub use propagation::{set_attribute, set_parent, trace_id, traceparent, traceparent_of};
