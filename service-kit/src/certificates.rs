//! Certificates of authorities, in files.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject};

/// Why a file gives no certificates.
#[derive(Debug, thiserror::Error)]
pub enum CertificatesError {
    /// It cannot be read, or is not PEM.
    #[error("could not read certificates from {}", file.display())]
    Unreadable {
        file: PathBuf,
        #[source]
        source: pem::Error,
    },
    /// It holds no certificate.
    #[error("no certificate in {}", file.display())]
    Absent { file: PathBuf },
}

/// The file that `sslrootcert` of a URL names, without its percent-encoding.
pub(crate) fn named_in_url(value: &str) -> PathBuf {
    OsString::from_vec(percent_decode_str(value).collect()).into()
}

/// The certificates in a PEM file, at least one.
///
/// # Errors
/// [`CertificatesError`] with the file's name.
pub fn certificates_in(file: &Path) -> Result<Vec<CertificateDer<'static>>, CertificatesError> {
    let unreadable = |source| CertificatesError::Unreadable { file: file.to_owned(), source };
    let found = CertificateDer::pem_file_iter(file).map_err(unreadable)?;
    let found = found.collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    if found.is_empty() {
        return Err(CertificatesError::Absent { file: file.to_owned() });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_or_empty_file_is_refused_by_name() {
        let missing = certificates_in(Path::new("/no/such/ca.pem")).unwrap_err().to_string();
        assert_eq!(missing, "could not read certificates from /no/such/ca.pem");
        let empty = certificates_in(Path::new("/dev/null")).unwrap_err().to_string();
        assert_eq!(empty, "no certificate in /dev/null");
    }
}
