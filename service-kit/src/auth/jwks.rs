//! The issuer's public keys, from a file or over http(s).

use std::path::PathBuf;
use std::time::Duration;

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};

/// Largest accepted key set, in bytes, and most keys in it.
const SET_BYTES_MAX: usize = 256 * 1024;
const KEYS_MAX: usize = 64;
/// Longest time of a fetch.
const FETCH_MS_MAX: u64 = 5_000;

/// Why the key set could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadKeysError {
    /// The file cannot be read.
    #[error("could not read the key set {} (ENGINE_JWKS); `order-engine keys` makes one for development", file.display())]
    Read {
        file: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// Fetching the URL failed.
    #[error("could not fetch the key set from {url} (ENGINE_JWKS)")]
    Fetch {
        url: String,
        #[source]
        source: reqwest::Error,
    },
    /// The key set is larger than any honest one.
    #[error("the key set at {location} is larger than {SET_BYTES_MAX} bytes")]
    TooLarge {
        /// File path or URL.
        location: String,
    },
    /// The text is no JSON Web Key Set.
    #[error("the key set at {location} cannot be read")]
    Malformed {
        /// File path or URL.
        location: String,
        #[source]
        source: serde_json::Error,
    },
    /// No key of the set is for EdDSA or RS256 signatures.
    #[error("the key set at {location} has no usable Ed25519 or RSA signing key")]
    NoKey {
        /// File path or URL.
        location: String,
    },
}

/// A public key with the one algorithm it serves.
#[derive(Clone)]
pub(super) struct TrustedKey {
    kid: Option<String>,
    pub algorithm: Algorithm,
    pub key: DecodingKey,
}

/// The keys that are trusted now.
#[derive(Clone, Default)]
pub(super) struct KeySet(Vec<TrustedKey>);

impl KeySet {
    /// Reads the set from a path or an http(s) URL.
    pub(super) async fn load(location: &str) -> Result<Self, LoadKeysError> {
        let is_url = location.starts_with("http://") || location.starts_with("https://");
        let bytes = if is_url { fetch(location).await? } else { read(location).await? };
        let set: serde_json::Value = serde_json::from_slice(&bytes)
            .map_err(|source| LoadKeysError::Malformed { location: location.to_owned(), source })?;
        // One by one, so that a key of an unknown kind does not make the others unusable.
        let listed = set.get("keys").and_then(serde_json::Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let keys: Vec<TrustedKey> = listed.iter().take(KEYS_MAX).filter_map(trusted).collect();
        if keys.is_empty() {
            return Err(LoadKeysError::NoKey { location: location.to_owned() });
        }
        Ok(Self(keys))
    }

    /// The key for a token's header. A token without `kid` is accepted when only one key serves its algorithm.
    pub(super) fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Option<&TrustedKey> {
        let mut serving = self.0.iter().filter(|key| key.algorithm == algorithm);
        match kid {
            Some(kid) => serving.find(|key| key.kid.as_deref() == Some(kid)),
            None => serving.next().filter(|_| serving.next().is_none()),
        }
    }
}

fn trusted(json: &serde_json::Value) -> Option<TrustedKey> {
    let jwk: Jwk = serde_json::from_value(json.clone()).ok()?;
    if !matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature)) {
        return None;
    }
    let (algorithm, name) = match &jwk.algorithm {
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
            (Algorithm::EdDSA, KeyAlgorithm::EdDSA)
        }
        AlgorithmParameters::RSA(_) => (Algorithm::RS256, KeyAlgorithm::RS256),
        _ => return None,
    };
    if jwk.common.key_algorithm.is_some_and(|declared| declared != name) {
        return None;
    }
    let key = DecodingKey::from_jwk(&jwk).ok()?;
    Some(TrustedKey { kid: jwk.common.key_id, algorithm, key })
}

async fn read(path: &str) -> Result<Vec<u8>, LoadKeysError> {
    let bytes =
        tokio::fs::read(path).await.map_err(|source| LoadKeysError::Read { file: PathBuf::from(path), source })?;
    if bytes.len() > SET_BYTES_MAX {
        return Err(LoadKeysError::TooLarge { location: path.to_owned() });
    }
    Ok(bytes)
}

async fn fetch(url: &str) -> Result<Vec<u8>, LoadKeysError> {
    let failed = |source| LoadKeysError::Fetch { url: url.to_owned(), source };
    let client = reqwest::Client::builder()
        .timeout(Duration::from_millis(FETCH_MS_MAX))
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(failed)?;
    let mut response = client.get(url).send().await.and_then(reqwest::Response::error_for_status).map_err(failed)?;
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > SET_BYTES_MAX {
            return Err(LoadKeysError::TooLarge { location: url.to_owned() });
        }
    }
    Ok(bytes)
}

/// A set that holds one key, as JSON text.
pub(super) fn to_json(jwk: Jwk) -> String {
    serde_json::to_string_pretty(&JwkSet { keys: vec![jwk] }).expect("a key set holds nothing that JSON cannot")
}
