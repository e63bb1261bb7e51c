//! Client of the schema registry, through Confluent's API.
//!
//! Guarantees: schemas are registered by the deploy step alone; at run time a schema is looked up by its own text, never
//! as "the latest"; answers are cached, so that everything looked up before goes on working while the registry is
//! unavailable.

mod deploy;
mod error;

use std::sync::Arc;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use schema_registry_converter::async_impl::schema_registry::{
    SrSettings, get_all_versions, get_schema_by_id, perform_sr_call,
};
use schema_registry_converter::error::SRCError;
use schema_registry_converter::schema_registry_common::{RawRegisteredSchema, SrCall};

pub use deploy::Registered;
pub use error::RegistryError;

/// Longest wait for one answer, in milliseconds.
const REQUEST_TIMEOUT_MS: u64 = 5_000;
/// How often a request is retried while the registry is unavailable.
const RETRIES_MAX: usize = 6;
/// First pause between attempts, in milliseconds; it doubles.
const RETRY_BACKOFF_MS_MIN: u64 = 100;
/// Longest pause between attempts, in milliseconds.
const RETRY_BACKOFF_MS_MAX: u64 = 2_000;

/// A client of one registry; clones share its connections.
#[derive(Debug, Clone)]
pub struct Registry {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    url: String,
    settings: SrSettings,
    http: reqwest::Client,
}

impl Registry {
    /// A client for the registry whose Confluent API is at `url`. Connects to nothing yet.
    ///
    /// # Errors
    /// [`RegistryError::Client`] when no HTTP client can be made.
    pub fn new(url: &str) -> Result<Self, RegistryError> {
        let url = url.trim_end_matches('/').to_owned();
        let timeout = Duration::from_millis(REQUEST_TIMEOUT_MS);
        let settings = SrSettings::new_builder(url.clone())
            .set_timeout(timeout)
            .build()
            .map_err(|source| RegistryError::Client { source: Box::new(source) })?;
        let http = reqwest::Client::builder()
            .timeout(timeout)
            .build()
            .map_err(|source| RegistryError::Client { source: Box::new(source) })?;
        Ok(Self { inner: Arc::new(Inner { url, settings, http }) })
    }

    /// The URL of the registry's Confluent API.
    pub fn url(&self) -> &str {
        &self.inner.url
    }

    /// The id under which a subject holds exactly this schema.
    ///
    /// # Errors
    /// [`RegistryError::NotRegistered`] when it does not hold this schema; [`RegistryError::Unavailable`] after all
    /// retries.
    pub async fn id_of(&self, subject: &str, schema: &str) -> Result<u32, RegistryError> {
        retried(|| self.find(subject, schema)).await
    }

    /// The text of the schema with an id.
    ///
    /// # Errors
    /// [`RegistryError::UnknownId`]; [`RegistryError::Unavailable`] after all retries.
    pub async fn schema(&self, id: u32) -> Result<String, RegistryError> {
        retried(|| async move {
            let schema = get_schema_by_id(id, &self.inner.settings).await;
            schema.map(|schema| schema.schema).map_err(|source| RegistryError::of_id(id, source))
        })
        .await
    }

    /// The schema that a subject held before exactly this one; `None` where this is its first.
    ///
    /// # Errors
    /// [`RegistryError::NotRegistered`] when it does not hold this one; [`RegistryError::Unavailable`] after all retries.
    pub async fn before(&self, subject: &str, schema: &str) -> Result<Option<String>, RegistryError> {
        retried(|| async move {
            let settings = &self.inner.settings;
            let failed = |source: SRCError| RegistryError::of_lookup(subject, source);
            let version = self.held(subject, schema).await?.version.unwrap_or_default();
            let versions = get_all_versions(settings, subject.to_owned()).await.map_err(failed)?;
            let Some(before) = versions.into_iter().filter(|one| *one < version).max() else { return Ok(None) };
            let held = perform_sr_call(settings, SrCall::GetBySubjectAndVersion(subject, before)).await;
            held.map(|held| held.schema).map_err(failed)
        })
        .await
    }

    async fn find(&self, subject: &str, schema: &str) -> Result<u32, RegistryError> {
        let found = self.held(subject, schema).await?;
        found.id.ok_or_else(|| RegistryError::NoId { subject: subject.to_owned() })
    }

    async fn held(&self, subject: &str, schema: &str) -> Result<RawRegisteredSchema, RegistryError> {
        let body = body(schema);
        let held = perform_sr_call(&self.inner.settings, SrCall::PostForVersion(subject, &body)).await;
        held.map_err(|source| RegistryError::of_lookup(subject, source))
    }
}

/// The body of a request about a schema.
fn body(schema: &str) -> String {
    serde_json::json!({ "schemaType": "AVRO", "schema": schema }).to_string()
}

async fn retried<T, F>(mut call: impl FnMut() -> F) -> Result<T, RegistryError>
where
    F: Future<Output = Result<T, RegistryError>>,
{
    let backoff = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(RETRY_BACKOFF_MS_MIN))
        .with_max_delay(Duration::from_millis(RETRY_BACKOFF_MS_MAX))
        .with_max_times(RETRIES_MAX)
        .with_jitter();
    (|| call())
        .retry(backoff)
        .when(RegistryError::is_transient)
        .notify(|error, pause| tracing::debug!(%error, ?pause, "asking the schema registry again"))
        .await
}
