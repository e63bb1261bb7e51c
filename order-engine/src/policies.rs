//! How the orders of each tenant are driven, as the settings say it.

use std::path::PathBuf;

use command_service::order::{Policies, PolicyError};
use service_kit::config::SagaSettings;

/// Why the policies are not known.
#[derive(Debug, thiserror::Error)]
pub enum PoliciesError {
    #[error("{} cannot be read; SAGA_POLICIES_FILE names it", file.display())]
    File {
        file: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// The file holds a mistake.
    #[error("{} is not as policies are written", file.display())]
    Policies {
        file: PathBuf,
        #[source]
        source: PolicyError,
    },
}

/// Reads the policies, once at the start.
pub(crate) fn read(settings: &SagaSettings) -> Result<Policies, PoliciesError> {
    let Some(file) = &settings.policies_file else { return Ok(Policies::default()) };
    let text = std::fs::read_to_string(file).map_err(|source| PoliciesError::File { file: file.clone(), source })?;
    Policies::parse(&text).map_err(|source| PoliciesError::Policies { file: file.clone(), source })
}
