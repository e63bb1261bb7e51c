//! TLS to Postgres, always verified.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject};
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Why TLS could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file named by `sslrootcert` cannot be read.
    #[error("could not read certificates from {}", file.display())]
    Roots {
        file: PathBuf,
        #[source]
        source: pem::Error,
    },
    /// A certificate in it cannot be used, or TLS itself cannot.
    #[error("could not set up TLS")]
    Setup(#[source] rustls::Error),
    /// The file holds no certificate.
    #[error("no certificate in {}", file.display())]
    NoRoots { file: PathBuf },
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
    let unreadable = |source| TlsError::Roots { file: file.to_owned(), source };
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(unreadable)? {
        store.add(certificate.map_err(unreadable)?).map_err(TlsError::Setup)?;
    }
    if store.is_empty() {
        return Err(TlsError::NoRoots { file: file.to_owned() });
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
    fn a_missing_or_empty_file_is_refused_by_name() {
        let missing = connector(Some(Path::new("/no/such/ca.pem"))).err().unwrap().to_string();
        assert_eq!(missing, "could not read certificates from /no/such/ca.pem");
        let empty = connector(Some(Path::new("/dev/null"))).err().unwrap().to_string();
        assert_eq!(empty, "no certificate in /dev/null");
    }
}
