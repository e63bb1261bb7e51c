//! Sets up telemetry, once in each process.

use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tracing_subscriber::filter::{FilterExt, LevelFilter, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use super::export::OnRuntime;
use super::measure;
use crate::config::{LogFormat, TelemetrySettings};

/// Time between two runs of the metrics' upkeep.
const TIDY_EVERY_MS: u64 = 5_000;
/// Longest time to send the last spans.
const FLUSH_MS_MAX: u64 = 5_000;

/// Why telemetry could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter does not parse.
    #[error("RUST_LOG is not valid")]
    Filter(#[source] tracing_subscriber::filter::ParseError),
    /// The exporter of traces cannot be built.
    #[error("could not export traces; is OTEL_EXPORTER_OTLP_ENDPOINT right?")]
    Exporter(#[source] opentelemetry_otlp::ExporterBuildError),
    /// The process has another global subscriber already.
    #[error("logs are already set up in this process")]
    Subscriber(#[source] tracing_subscriber::util::TryInitError),
    /// The recorder of metrics cannot be installed.
    #[error("could not record metrics")]
    Metrics(#[source] metrics_exporter_prometheus::BuildError),
}

/// Keeps telemetry going; [`Guard::flush`] it at the end, else the last spans are lost.
#[derive(Debug)]
pub struct Guard {
    provider: SdkTracerProvider,
    tidying: JoinHandle<()>,
}

impl Guard {
    /// Sends the last spans, for a bounded time.
    pub async fn flush(self) {
        let provider = self.provider.clone();
        let flushing = tokio::task::spawn_blocking(move || {
            // A failure cannot be logged any more.
            let _ = provider.shutdown_with_timeout(Duration::from_millis(FLUSH_MS_MAX));
        });
        let _ = flushing.await;
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.tidying.abort();
    }
}

/// Starts logs on stderr, traces and metrics. To be called inside the runtime.
///
/// Without an endpoint nothing is exported and spans started here are not sampled, but they have ids all the same, and a
/// caller's decision to sample is passed on.
///
/// # Errors
/// [`TelemetryError`]; only the recorder of metrics may stay installed, and later calls reuse it.
pub fn init(service: &'static str, settings: &TelemetrySettings) -> Result<Guard, TelemetryError> {
    init_with_writer(service, settings, std::io::stderr)
}

/// Like [`init`], with logs on another writer: a test keeps them in a file to look into.
///
/// # Errors
/// As [`init`].
pub fn init_with_writer<W>(
    service: &'static str,
    settings: &TelemetrySettings,
    writer: W,
) -> Result<Guard, TelemetryError>
where
    W: for<'a> tracing_subscriber::fmt::MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(&settings.filter).map_err(TelemetryError::Filter)?;
    measure::install().map_err(TelemetryError::Metrics)?;
    let provider = provider(service, settings)?;
    let is_exported = settings.otlp_endpoint.is_some();
    // A span's parent is the span around it, so nothing looks for OpenTelemetry's own context of a thread; what only an exported span
    // shows is not measured for others. Both cost every request, each time that it is polled.
    let traces = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer(service))
        .with_context_activation(false)
        .with_tracked_inactivity(is_exported)
        .with_threads(is_exported)
        .with_location(is_exported);
    tracing_subscriber::registry()
        .with(log_layer(settings.format, writer).with_filter(filter.or(filter_fn(is_plain_span))))
        .with(traces.with_filter(LevelFilter::INFO))
        .try_init()
        .map_err(TelemetryError::Subscriber)?;
    let tidying = tokio::spawn(async {
        let mut ticks = tokio::time::interval(Duration::from_millis(TIDY_EVERY_MS));
        loop {
            ticks.tick().await;
            measure::tidy();
        }
    });
    Ok(Guard { provider, tidying })
}

/// Spans are kept however quiet the log is: they carry the ids that logs, events and traces are joined by.
fn is_plain_span(metadata: &tracing::Metadata<'_>) -> bool {
    metadata.is_span() && *metadata.level() <= tracing::Level::INFO
}

pub(super) fn provider(
    service: &'static str,
    settings: &TelemetrySettings,
) -> Result<SdkTracerProvider, TelemetryError> {
    let resource = Resource::builder().with_service_name(service).build();
    let builder = SdkTracerProvider::builder().with_resource(resource);
    let Some(endpoint) = &settings.otlp_endpoint else {
        return Ok(builder.with_sampler(Sampler::ParentBased(Box::new(Sampler::AlwaysOff))).build());
    };
    let exporter = OnRuntime::new(endpoint, Handle::current()).map_err(TelemetryError::Exporter)?;
    let sampler = Sampler::ParentBased(Box::new(Sampler::AlwaysOn));
    Ok(builder.with_sampler(sampler).with_batch_exporter(exporter).build())
}

fn log_layer<S, W>(format: LogFormat, writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
    W: for<'a> tracing_subscriber::fmt::MakeWriter<'a> + Send + Sync + 'static,
{
    let layer = tracing_subscriber::fmt::layer().with_writer(writer);
    match format {
        LogFormat::Json => layer.json().flatten_event(true).with_current_span(false).with_span_list(true).boxed(),
        LogFormat::Text => layer.with_ansi(false).boxed(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use axum::Router;
    use axum::body::{Body, Bytes};
    use axum::http::Request;
    use axum::middleware::from_fn;
    use axum::routing::{get, post};
    use opentelemetry::trace::TracerProvider;
    use tower::ServiceExt;

    use super::*;
    use crate::telemetry::{observe, set_parent, trace_id, traceparent, traceparent_of};

    fn settings(otlp_endpoint: Option<String>) -> TelemetrySettings {
        TelemetrySettings { otlp_endpoint, filter: "info".to_owned(), format: LogFormat::Json }
    }

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn every_line_of_a_request_has_its_correlation_and_trace_ids() {
        let lines = Lines::default();
        let writer = lines.clone();
        let provider = provider("test", &settings(None)).unwrap();
        let subscriber = tracing_subscriber::registry()
            .with(log_layer(LogFormat::Json, move || writer.clone()))
            .with(tracing_opentelemetry::layer().with_tracer(provider.tracer("test")));
        let _guard = tracing::subscriber::set_default(subscriber);
        let work = async || {
            let inner = tracing::info_span!("inner");
            inner.in_scope(|| tracing::info!(count = 3, "baked"));
            trace_id().unwrap()
        };
        let router = Router::new().route("/", get(work)).layer(from_fn(observe));
        let request = Request::get("/").header("x-correlation-id", "cart-42").body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        let trace = axum::body::to_bytes(response.into_body(), 100).await.unwrap();

        let written = lines.0.lock().unwrap().clone();
        let line: serde_json::Value = serde_json::from_slice(&written).unwrap();
        assert_eq!((&line["message"], &line["count"], &line["level"]), (&"baked".into(), &3.into(), &"INFO".into()));
        let span = &line["spans"][0];
        assert_eq!((&span["name"], &span["correlation.id"]), (&"http.request".into(), &"cart-42".into()));
        assert_eq!(span["trace.id"].as_str().unwrap().as_bytes(), trace);
    }

    #[test]
    fn spans_have_ids_and_parents_without_a_receiver() {
        let provider = provider("test", &settings(None)).unwrap();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
        let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
        assert_eq!((traceparent(), trace_id()), (None, None));

        let root = tracing::info_span!("root");
        let text = traceparent_of(&root).unwrap();
        assert!(text.len() == 55 && text.starts_with("00-") && text.ends_with("-00"), "{text}");

        let child = tracing::info_span!("child");
        assert!(set_parent(&child, &text));
        assert_eq!(traceparent_of(&child).unwrap()[..36], text[..36], "one trace");
        assert_ne!(traceparent_of(&child).unwrap(), text, "two spans");
        for bad in ["", "00-zz-zz-01", "00-00000000000000000000000000000000-b7ad6b7169203331-01"] {
            assert!(!set_parent(&tracing::info_span!("stray"), bad), "{bad}");
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn spans_reach_a_receiver() {
        let (sender, mut received) = tokio::sync::mpsc::channel::<Bytes>(4);
        let collector = Router::new().route(
            "/v1/traces",
            post(async move |body: Bytes| {
                sender.send(body).await.unwrap();
            }),
        );
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, collector).await });

        let provider = provider("bakery", &settings(Some(endpoint))).unwrap();
        {
            let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
            let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
            tracing::info_span!("oven.bread.bake").in_scope(|| ());
        }
        Guard { provider, tidying: tokio::spawn(async {}) }.flush().await;
        let body = received.recv().await.unwrap();
        let holds = |text: &str| body.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(holds("oven.bread.bake") && holds("bakery"));
        server.abort();
    }
}
