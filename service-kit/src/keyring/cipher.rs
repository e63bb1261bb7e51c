//! The cryptography: AES-256-GCM throughout, a master key that wraps data keys.

use std::path::{Path, PathBuf};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::{SubjectId, TenantId};

use crate::clock::Ids;

/// Length of the master key and of every data key, in bytes.
pub const MASTER_KEY_BYTES: usize = 32;
/// Longest text that is sealed at once, in bytes; a sealed value must fit into an event.
pub const PLAINTEXT_BYTES_MAX: usize = 64 * 1024;
/// The label that the wrapping key is derived with. Changing it makes every stored key unreadable.
const WRAP_LABEL: &str = "subject-keys";

/// The master key. `Debug` does not show it.
#[derive(Clone)]
pub struct MasterKey([u8; MASTER_KEY_BYTES]);

/// Why the master key cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The file cannot be read.
    #[error("could not read the master key {} (ENGINE_MASTER_KEY_FILE); `order-engine keys` makes one", file.display())]
    Read {
        file: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// The text is not 32 bytes in base64.
    #[error("the master key (ENGINE_MASTER_KEY_FILE) is not {MASTER_KEY_BYTES} bytes in base64")]
    Form,
}

impl MasterKey {
    /// Reads a file that holds the key in base64.
    ///
    /// # Errors
    /// [`MasterKeyError`] when it cannot be read or holds something else.
    pub fn from_file(file: &Path) -> Result<Self, MasterKeyError> {
        let text =
            std::fs::read_to_string(file).map_err(|source| MasterKeyError::Read { file: file.to_owned(), source })?;
        Self::from_base64(text.trim())
    }

    /// Parses the key from base64.
    ///
    /// # Errors
    /// [`MasterKeyError::Form`] for anything but 32 bytes.
    pub fn from_base64(text: &str) -> Result<Self, MasterKeyError> {
        let bytes = STANDARD.decode(text).map_err(|_| MasterKeyError::Form)?;
        bytes.try_into().map(Self).map_err(|_| MasterKeyError::Form)
    }

    /// A key for one purpose (HKDF-SHA-256, RFC 5869). Different labels give unrelated keys.
    ///
    /// # Panics
    /// Never: HKDF supports the requested length.
    pub fn derive(&self, label: &str) -> [u8; MASTER_KEY_BYTES] {
        let mut key = [0; MASTER_KEY_BYTES];
        Salt::new(HKDF_SHA256, &[])
            .extract(&self.0)
            .expand(&[label.as_bytes()], HKDF_SHA256)
            .and_then(|derived| derived.fill(&mut key))
            .expect("HKDF-SHA-256 gives 32 bytes");
        key
    }

    pub(super) fn wrapping_cipher(&self) -> Cipher {
        Cipher::new(&self.derive(WRAP_LABEL))
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(hidden)")
    }
}

/// A key ready for use. Its outputs are a nonce followed by ciphertext and tag.
#[derive(Debug)]
pub(super) struct Cipher(LessSafeKey);

impl Cipher {
    pub(super) fn new(key: &[u8; MASTER_KEY_BYTES]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key).expect("AES-256 takes any 32 bytes");
        Self(LessSafeKey::new(key))
    }

    pub(super) fn seal(&self, tenant: &TenantId, subject: &SubjectId, plaintext: &[u8], ids: &dyn Ids) -> Vec<u8> {
        let mut nonce = [0; NONCE_LEN];
        ids.fill(&mut nonce);
        let mut sealed = Vec::with_capacity(NONCE_LEN + plaintext.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plaintext);
        let aad = Aad::from(bound_to(tenant, subject));
        let tag = self
            .0
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed[NONCE_LEN..])
            .expect("AES-GCM seals texts far below its limit of 64 GiB");
        sealed.extend_from_slice(tag.as_ref());
        sealed
    }

    /// Opens a sealed value. `None` where this key has not sealed it for this tenant and subject.
    pub(super) fn open(&self, tenant: &TenantId, subject: &SubjectId, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, ciphertext) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut buffer = ciphertext.to_vec();
        let aad = Aad::from(bound_to(tenant, subject));
        let length = self.0.open_in_place(nonce, aad, &mut buffer).ok()?.len();
        buffer.truncate(length);
        Some(buffer)
    }
}

/// Neither part can contain a line break, so different pairs give different texts.
fn bound_to(tenant: &TenantId, subject: &SubjectId) -> Vec<u8> {
    format!("{tenant}\n{subject}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemIds;

    fn tenant(name: &str) -> TenantId {
        TenantId::try_new(name).unwrap()
    }

    fn subject(name: &str) -> SubjectId {
        SubjectId::try_new(name).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_for_the_same_tenant_and_subject_alone() {
        let cipher = Cipher::new(&[7; 32]);
        let sealed = cipher.seal(&tenant("shop"), &subject("customer:1"), b"Ada", &SystemIds);
        assert_eq!(cipher.open(&tenant("shop"), &subject("customer:1"), &sealed).unwrap(), b"Ada");
        assert_eq!(cipher.open(&tenant("other"), &subject("customer:1"), &sealed), None);
        assert_eq!(cipher.open(&tenant("shop"), &subject("customer:2"), &sealed), None);
        assert_eq!(Cipher::new(&[8; 32]).open(&tenant("shop"), &subject("customer:1"), &sealed), None);
        assert_ne!(sealed, cipher.seal(&tenant("shop"), &subject("customer:1"), b"Ada", &SystemIds));
    }

    #[test]
    fn changed_or_cut_texts_do_not_open() {
        let cipher = Cipher::new(&[7; 32]);
        let shop = tenant("shop");
        let ada = subject("customer:1");
        let sealed = cipher.seal(&shop, &ada, b"Ada", &SystemIds);
        for length in 0..sealed.len() {
            assert_eq!(cipher.open(&shop, &ada, &sealed[..length]), None);
        }
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert_eq!(cipher.open(&shop, &ada, &changed), None);
        }
    }

    #[test]
    fn a_master_key_is_32_bytes_and_derives_apart() {
        let key = MasterKey::from_base64(&STANDARD.encode([1; 32])).unwrap();
        assert_ne!(key.derive("cursors"), key.derive("subject-keys"));
        assert_eq!(key.derive("cursors"), key.derive("cursors"));
        assert!(MasterKey::from_base64(&STANDARD.encode([1; 31])).is_err());
        assert!(MasterKey::from_base64("not base64").is_err());
        assert_eq!(format!("{key:?}"), "MasterKey(hidden)");
    }
}
