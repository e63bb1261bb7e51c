//! W3C trace context, as the text that travels in headers and event rows.

use std::collections::HashMap;

use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::TraceContextExt;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

const TRACEPARENT: &str = "traceparent";

/// Makes the span a child of the one that `traceparent` names. Call it before the span is first entered. Returns
/// whether that was possible; with a malformed text the span starts a trace of its own.
pub fn set_parent(span: &Span, traceparent: &str) -> bool {
    let carrier = HashMap::from([(TRACEPARENT.to_owned(), traceparent.to_owned())]);
    let parent = TraceContextPropagator::new().extract(&carrier);
    parent.span().span_context().is_valid() && span.set_parent(parent).is_ok()
}

/// Adds to a span what is known only at its end. The trace has it, the log does not: there a span's fields are formatted anew for
/// each that is recorded.
pub fn set_attribute(span: &Span, name: &'static str, value: i64) {
    span.set_attribute(name, value);
}

/// The present span as a `traceparent`; `None` before telemetry is set up or outside any span.
pub fn traceparent() -> Option<String> {
    traceparent_of(&Span::current())
}

/// A span as a `traceparent`.
pub fn traceparent_of(span: &Span) -> Option<String> {
    let context = span.context();
    let of_span = context.span().span_context().clone();
    // Written by hand: the propagator writes into a map, and this is on the path of every command.
    of_span
        .is_valid()
        .then(|| format!("00-{}-{}-{:02x}", of_span.trace_id(), of_span.span_id(), of_span.trace_flags().to_u8() & 1))
}

/// The present trace's id in hexadecimal.
pub fn trace_id() -> Option<String> {
    let context = Span::current().context();
    let of_span = context.span().span_context().clone();
    of_span.is_valid().then(|| of_span.trace_id().to_string())
}
