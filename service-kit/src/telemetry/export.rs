//! Sends spans to an OTLP receiver.

use std::sync::Arc;
use std::time::Duration;

use opentelemetry_otlp::{ExporterBuildError, Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::SpanData;
use tokio::runtime::Handle;

/// Longest time to send a batch, which is dropped then.
const EXPORT_TIMEOUT_MS: u64 = 5_000;

/// An exporter whose requests run on the runtime: the SDK calls it from a thread of its own, which has none.
#[derive(Debug)]
pub(super) struct OnRuntime {
    inner: Arc<SpanExporter>,
    runtime: Handle,
}

impl OnRuntime {
    /// `endpoint` is the receiver's base URL; `/v1/traces` is added.
    pub(super) fn new(endpoint: &str, runtime: Handle) -> Result<Self, ExporterBuildError> {
        let inner = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{endpoint}/v1/traces"))
            .with_timeout(Duration::from_millis(EXPORT_TIMEOUT_MS))
            .build()?;
        Ok(Self { inner: Arc::new(inner), runtime })
    }
}

impl opentelemetry_sdk::trace::SpanExporter for OnRuntime {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let inner = self.inner.clone();
        let sending = self.runtime.spawn(async move { inner.export(batch).await });
        sending.await.map_err(|error| OTelSdkError::InternalFailure(error.to_string()))?
    }

    fn set_resource(&mut self, resource: &opentelemetry_sdk::Resource) {
        Arc::get_mut(&mut self.inner)
            .expect("the resource is set once, before anything is exported")
            .set_resource(resource);
    }
}
