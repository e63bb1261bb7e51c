//! Metrics, in the text format that Prometheus reads.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

/// Upper bounds of the buckets of every metric whose name ends in `_seconds`: 0.5 ms to 30 s.
const SECONDS_BUCKETS: [f64; 15] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
/// Upper bounds of the buckets of every other histogram: sizes and counts.
const SIZE_BUCKETS: [f64; 12] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1_024.0, 4_096.0];

/// Installs the recorder once; later calls find it installed.
pub(super) fn install() -> Result<(), BuildError> {
    if RECORDER.get().is_some() {
        return Ok(());
    }
    let handle = PrometheusBuilder::new()
        .set_buckets(&SIZE_BUCKETS)?
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS_BUCKETS)?
        .install_recorder()?;
    // Fails only where another thread has installed the same recorder.
    let _ = RECORDER.set(handle);
    Ok(())
}

/// Moves samples into their buckets, so that memory stays bounded when nobody reads the metrics.
pub(super) fn tidy() {
    if let Some(handle) = RECORDER.get() {
        handle.run_upkeep();
    }
}

/// All metrics as text; empty before telemetry is set up.
pub fn metrics_text() -> String {
    RECORDER.get().map(PrometheusHandle::render).unwrap_or_default()
}
