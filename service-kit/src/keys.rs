//! Creates the keys of a development installation.

use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::auth::{MintError, public_key_set};
use crate::clock::Ids;
use crate::keyring::MASTER_KEY_BYTES;

/// File mode of keys: only the owner may read them.
const FILE_MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;
/// Columns of a PEM body (RFC 7468).
const PEM_COLUMNS: usize = 64;

/// Why keys could not be created.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// A file or folder cannot be read or written.
    #[error("could not make {}", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// Generating a key failed.
    #[error("could not generate a signing key")]
    Generate,
    /// The existing signing key cannot be used.
    #[error("the signing key {} cannot be used; remove it to have a new one made", path.display())]
    Unusable {
        path: PathBuf,
        #[source]
        source: MintError,
    },
}

/// Creates `signing.pem` (Ed25519), `jwks.json` (its public half) and `master.key` in the folder, each where it is
/// absent, readable by the owner alone. Reports a line for each.
///
/// # Errors
/// [`KeysError`]; files created before the error are kept.
pub fn make(dir: &Path, ids: &dyn Ids) -> Result<Vec<String>, KeysError> {
    let failed = |path: &Path, source| KeysError::File { path: path.to_owned(), source };
    std::fs::DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(dir).map_err(|source| failed(dir, source))?;
    let signing = dir.join("signing.pem");
    let mut lines = vec![write_absent(&signing, signing_key_pem)?];

    let pem = std::fs::read_to_string(&signing).map_err(|source| failed(&signing, source))?;
    let set = public_key_set(&pem).map_err(|source| KeysError::Unusable { path: signing, source })?;
    lines.push(write_absent(&dir.join("jwks.json"), || Ok(set + "\n"))?);

    lines.push(write_absent(&dir.join("master.key"), || {
        let mut key = [0; MASTER_KEY_BYTES];
        ids.fill(&mut key);
        Ok(STANDARD.encode(key) + "\n")
    })?);
    Ok(lines)
}

pub(crate) fn signing_key_pem() -> Result<String, KeysError> {
    // Version 1 of PKCS #8, since older tools cannot read version 2.
    let document = Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new()).map_err(|_| KeysError::Generate)?;
    let body = STANDARD.encode(document.as_ref());
    let lines: Vec<&str> =
        body.as_bytes().chunks(PEM_COLUMNS).map(|line| std::str::from_utf8(line).expect("base64 is ASCII")).collect();
    Ok(format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n")))
}

/// Writes the file under another name first, so that an interrupted run leaves no partial key.
fn write_absent(path: &Path, content: impl FnOnce() -> Result<String, KeysError>) -> Result<String, KeysError> {
    if path.exists() {
        return Ok(format!("kept {}", path.display()));
    }
    let failed = |source| KeysError::File { path: path.to_owned(), source };
    let draft = path.with_extension("draft");
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(FILE_MODE).open(&draft).map_err(failed)?;
    file.write_all(content()?.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    std::fs::rename(&draft, path).map_err(failed)?;
    Ok(format!("made {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemIds;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn keys_are_made_once_for_the_owner_alone() {
        let dir = std::env::temp_dir().join(format!("service-kit-keys-{}", SystemIds.random()));
        let first = make(&dir, &SystemIds).unwrap();
        assert!(first.len() == 3 && first.iter().all(|line| line.starts_with("made ")), "{first:?}");
        let read = |name: &str| std::fs::read_to_string(dir.join(name)).unwrap();
        let before = ["signing.pem", "jwks.json", "master.key"].map(read);
        assert!(make(&dir, &SystemIds).unwrap().iter().all(|line| line.starts_with("kept ")));
        assert_eq!(before, ["signing.pem", "jwks.json", "master.key"].map(read));
        let mode = std::fs::metadata(dir.join("master.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, FILE_MODE);
        assert!(!before[1].contains("\"d\""), "the key set holds no private half");
        std::fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn a_spoilt_signing_key_is_named() {
        let dir = std::env::temp_dir().join(format!("service-kit-keys-{}", SystemIds.random()));
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join("signing.pem"), "nonsense").unwrap();
        assert!(matches!(make(&dir, &SystemIds), Err(KeysError::Unusable { .. })));
        std::fs::remove_dir_all(dir).unwrap();
    }
}
