//! Checks tokens, and caches the result.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, SHA256_OUTPUT_LEN, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Timestamp;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation};
use moka::sync::Cache;
use serde::de::{DeserializeOwned, IgnoredAny};
use tokio::sync::Mutex;

use super::claims::{Claims, TokenRefusal, Validity};
use super::jwks::{KeySet, LoadKeysError, TrustedKey};
use super::principal::Principal;
use crate::clock::SharedClock;
use crate::config::JwtSettings;
use crate::problem::parse_strict;

/// Longest accepted token, in bytes.
pub const TOKEN_BYTES_MAX: usize = 8 * 1024;
/// Time after which a cached token is checked again.
pub const CACHE_TTL_MS: u64 = 60_000;
/// Most tokens in the cache.
const CACHE_TOKENS_MAX: u64 = 10_000;
/// The key set is read again for an unknown key at most this often, so that made-up key ids cannot flood the issuer
/// with requests.
const RELOAD_EVERY_MS: i64 = 10_000;

type TokenHash = [u8; SHA256_OUTPUT_LEN];

/// Checks bearer tokens against one issuer's key set. Cheap to clone.
#[derive(Clone)]
pub struct Verifier(Arc<Inner>);

struct Inner {
    settings: JwtSettings,
    clock: SharedClock,
    keys: RwLock<Arc<KeySet>>,
    /// When the key set was last read. The lock makes reloads wait for one another.
    last_load: Mutex<Timestamp>,
    checked: Cache<TokenHash, (Principal, Validity)>,
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Verifier({})", self.0.settings.jwks)
    }
}

impl Verifier {
    /// Reads the key set.
    ///
    /// # Errors
    /// [`LoadKeysError`] when it cannot be loaded or holds no usable key.
    pub async fn load(settings: &JwtSettings, clock: SharedClock) -> Result<Self, LoadKeysError> {
        let keys = KeySet::load(&settings.jwks).await?;
        let checked =
            Cache::builder().max_capacity(CACHE_TOKENS_MAX).time_to_live(Duration::from_millis(CACHE_TTL_MS)).build();
        Ok(Self(Arc::new(Inner {
            settings: settings.clone(),
            last_load: Mutex::new(clock.now()),
            clock,
            keys: RwLock::new(Arc::new(keys)),
            checked,
        })))
    }

    /// Checks a token.
    ///
    /// # Errors
    /// The first [`TokenRefusal`] that applies.
    pub async fn verify(&self, token: &str) -> Result<Principal, TokenRefusal> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(TokenRefusal::TooLong);
        }
        let now = self.0.clock.now();
        let hash = hash(token);
        if let Some((principal, validity)) = self.0.checked.get(&hash) {
            return validity.check(now).map(|()| principal);
        }
        refuse_unclear_header(token)?;
        let header = jsonwebtoken::decode_header(token).map_err(|error| refusal_of(error.kind()))?;
        if !matches!(header.alg, Algorithm::EdDSA | Algorithm::RS256) {
            return Err(TokenRefusal::Algorithm);
        }
        let key = self.key(header.kid.as_deref(), header.alg, now).await.ok_or(TokenRefusal::UnknownKey)?;
        let (principal, validity) = read_claims(token, &key)?.into_principal(&self.0.settings)?;
        validity.check(now)?;
        self.0.checked.insert(hash, (principal.clone(), validity));
        Ok(principal)
    }

    /// The key, after reading the set again where it is not known and the last reading is long enough ago.
    async fn key(&self, kid: Option<&str>, algorithm: Algorithm, now: Timestamp) -> Option<TrustedKey> {
        let known = self.keys().find(kid, algorithm).cloned();
        if known.is_some() {
            return known;
        }
        self.reload(now).await;
        self.keys().find(kid, algorithm).cloned()
    }

    fn keys(&self) -> Arc<KeySet> {
        self.0.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn reload(&self, now: Timestamp) {
        let mut last = self.0.last_load.lock().await;
        // The absolute difference, so that a clock set back does not stop reloads.
        if now.micros().abs_diff(last.micros()) / 1_000 < RELOAD_EVERY_MS.unsigned_abs() {
            return;
        }
        *last = now;
        match KeySet::load(&self.0.settings.jwks).await {
            Ok(keys) => {
                *self.0.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
                self.0.checked.invalidate_all();
            }
            Err(error) => {
                let error = crate::errors::chain(&error);
                tracing::warn!(error, "kept the old key set");
            }
        }
    }
}

fn hash(token: &str) -> TokenHash {
    digest(&SHA256, token.as_bytes()).as_ref().try_into().expect("SHA-256 gives 32 bytes")
}

/// Checks the signature alone; times, issuer and audience are checked by [`Claims`], against this process's clock.
fn read_claims(token: &str, key: &TrustedKey) -> Result<Claims, TokenRefusal> {
    let mut validation = Validation::new(key.algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let signed = jsonwebtoken::decode::<IgnoredAny>(token, &key.key, &validation);
    signed.map_err(|error| refusal_of(error.kind()))?;
    read_part(token.split('.').nth(1))
}

/// Refuses what the library accepts in a header: `crit` in any form, since no extension is known here, and an
/// algorithm or a key's name that is no text.
fn refuse_unclear_header(token: &str) -> Result<(), TokenRefusal> {
    let header: serde_json::Map<String, serde_json::Value> = read_part(token.split('.').next())?;
    if header.contains_key("crit") {
        return Err(TokenRefusal::CriticalExtension);
    }
    let is_text = |name: &str| header.get(name).is_none_or(serde_json::Value::is_string);
    if is_text("alg") && is_text("kid") { Ok(()) } else { Err(TokenRefusal::Malformed) }
}

/// A part of a token as JSON, where a name that stands twice or an array for an object is refused: RFC 7515 (4) and
/// RFC 7519 (4) let a reader do so, and readers that take the first and readers that take the last would disagree.
fn read_part<T: DeserializeOwned>(part: Option<&str>) -> Result<T, TokenRefusal> {
    let bytes = part.and_then(|part| URL_SAFE_NO_PAD.decode(part).ok()).ok_or(TokenRefusal::Malformed)?;
    parse_strict(&bytes).map_err(|_| TokenRefusal::Malformed)
}

fn refusal_of(kind: &ErrorKind) -> TokenRefusal {
    match kind {
        ErrorKind::InvalidSignature => TokenRefusal::Signature,
        ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName => TokenRefusal::Algorithm,
        _ => TokenRefusal::Malformed,
    }
}
