//! One order's way through the projector, in its own trace.
//!
//! A span a record would cost more than the record's fold, so it is made only when target [`TARGET`] is enabled at level
//! debug (`RUST_LOG=info,projection_order=debug`).

use domain::contract::Published;
use service_kit::telemetry;

/// The target of the spans and lines of single orders.
pub(crate) const TARGET: &str = "projection_order";

/// Whether anybody follows single orders.
pub(crate) fn is_enabled() -> bool {
    tracing::enabled!(target: TARGET, tracing::Level::DEBUG)
}

/// Tells of the applied records, each in its trace.
pub(crate) fn applied(batch: &[Published]) {
    for published in batch {
        let event = &published.event;
        let span = tracing::debug_span!(
            target: TARGET,
            "projection.order.apply",
            order.id = event.order_id(),
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
