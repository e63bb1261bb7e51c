//! TLS to Postgres, always verified.

use std::path::Path;
use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::certificates::{CertificatesError, certificates_in};

/// Why TLS could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file named by `sslrootcert` cannot be used.
    #[error(transparent)]
    Roots(#[from] CertificatesError),
    /// A certificate in it cannot be used, or TLS itself cannot.
    #[error("could not set up TLS")]
    Setup(#[source] rustls::Error),
}

pub(super) fn connector(roots: Option<&Path>) -> Result<MakeRustlsConnect, TlsError> {
    let store = match roots {
        Some(file) => read_roots(file)?,
        None => webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect(),
    };
    // The provider is named rather than taken from the process, so that no other library's choice decides.
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Setup)?
        .with_root_certificates(store)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

fn read_roots(file: &Path) -> Result<RootCertStore, TlsError> {
    let mut store = RootCertStore::empty();
    for certificate in certificates_in(file)? {
        store.add(certificate).map_err(TlsError::Setup)?;
    }
    Ok(store)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_authorities_are_the_default() {
        assert!(connector(None).is_ok());
    }

    #[test]
    fn a_file_without_certificates_is_refused() {
        let empty = connector(Some(Path::new("/dev/null"))).err().unwrap().to_string();
        assert_eq!(empty, "no certificate in /dev/null");
    }
}
