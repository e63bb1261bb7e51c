//! The deploy step: sets every subject's compatibility and registers every schema.

use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;
use schema_registry_converter::async_impl::schema_registry::perform_sr_call;
use schema_registry_converter::schema_registry_common::SrCall;

use super::{Registry, RegistryError, body, retried};

/// Every version must be able to read every other version's data.
const COMPATIBILITY: &str = "FULL_TRANSITIVE";

/// What registering a schema gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Registered {
    /// The schema's id in the registry.
    pub id: u32,
    /// Whether the subject did not have it before.
    pub is_new: bool,
}

impl Registry {
    /// Registers one schema and sets its subject's compatibility, which is set again at every call, since a registry may have lost
    /// it. Changes nothing where everything is in place.
    ///
    /// # Errors
    /// [`RegistryError::Refused`] with the subject and the registry's message for a schema that is incompatible with an
    /// earlier one.
    pub async fn register(&self, subject: &str, schema: &str) -> Result<Registered, RegistryError> {
        // An existing subject's compatibility is set first, so that the new version is checked against the old ones.
        let existed = retried(|| self.set_compatibility(subject)).await?;
        if existed {
            match self.id_of(subject, schema).await {
                Err(RegistryError::NotRegistered { .. }) => {}
                found => return found.map(|id| Registered { id, is_new: false }),
            }
        }
        let id = retried(|| self.post(subject, schema)).await?;
        if !existed && !retried(|| self.set_compatibility(subject)).await? {
            return Err(RegistryError::NotRegistered { subject: subject.to_owned() });
        }
        Ok(Registered { id, is_new: true })
    }

    async fn post(&self, subject: &str, schema: &str) -> Result<u32, RegistryError> {
        let body = body(schema);
        let posted = perform_sr_call(&self.inner.settings, SrCall::PostNew(subject, &body)).await;
        let posted = posted.map_err(|source| RegistryError::of_lookup(subject, source))?;
        posted.id.ok_or_else(|| RegistryError::NoId { subject: subject.to_owned() })
    }

    /// Sets a subject's compatibility. Returns `false` when there is no such subject yet.
    async fn set_compatibility(&self, subject: &str) -> Result<bool, RegistryError> {
        let unavailable = |source: reqwest::Error| RegistryError::Unavailable {
            subject: subject.to_owned(),
            source: Box::new(source),
        };
        let response = self
            .inner
            .http
            .put(format!("{}/config/{}", self.url(), subject.replace('/', "%2F")))
            .header(CONTENT_TYPE, "application/vnd.schemaregistry.v1+json")
            .body(serde_json::json!({ "compatibility": COMPATIBILITY }).to_string())
            .send()
            .await
            .map_err(unavailable)?;
        match response.status() {
            status if status.is_success() => Ok(true),
            StatusCode::NOT_FOUND => Ok(false),
            status if status.is_client_error() => {
                let message = response.text().await.map_err(unavailable)?;
                Err(RegistryError::Refused { subject: subject.to_owned(), message })
            }
            _ => Err(unavailable(response.error_for_status().expect_err("the status is an error"))),
        }
    }
}
