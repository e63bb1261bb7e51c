//! Spans that show each applied event in the trace of the command that caused it.
//!
//! A span for each record would cost more than folding the record, so spans are made only when target [`TARGET`] is
//! enabled at level debug (`RUST_LOG=info,projection_stream=debug`).

use domain::contract::{PublicEvents, Published};
use service_kit::telemetry;

/// The target of the spans and lines of single streams.
pub(crate) const TARGET: &str = "projection_stream";

/// Whether the tracing of single streams is enabled.
pub(crate) fn is_enabled() -> bool {
    tracing::enabled!(target: TARGET, tracing::Level::DEBUG)
}

/// Logs each applied event within its own trace.
pub(crate) fn applied<E: PublicEvents>(batch: &[Published<E>]) {
    for published in batch {
        let event = &published.event;
        let span = tracing::debug_span!(
            target: TARGET,
            "projection.stream.apply",
            stream.kind = E::KIND,
            stream.id = event.stream_id(),
            event.name = event.name(),
            event.version = event.version(),
            event.position = %published.position,
            correlation.id = published.correlation_id.as_deref(),
        );
        if let Some(traceparent) = &published.traceparent {
            telemetry::set_parent(&span, traceparent);
        }
        span.in_scope(|| {
            let trace_id = published.traceparent.as_deref().and_then(|text| text.split('-').nth(1));
            tracing::debug!(target: TARGET, { trace.id = trace_id }, "applied");
        });
    }
}
