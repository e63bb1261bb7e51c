//! Development tokens. In production an identity provider issues them.

use domain::{CustomerId, TenantId, Timestamp};
use jsonwebtoken::jwk::{Jwk, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header};

use super::claims::{Audience, Claims};
use super::jwks;
use super::scope::Scopes;

/// The claims of a development token.
#[derive(Debug, Clone)]
pub struct TokenRequest {
    /// `iss`
    pub issuer: String,
    /// `aud`
    pub audience: String,
    /// `sub`
    pub subject: String,
    /// `tenant`
    pub tenant: TenantId,
    /// `customer`
    pub customer: Option<CustomerId>,
    /// `scope`
    pub scopes: Scopes,
    /// Seconds from now to `exp`.
    pub lifetime_s: u32,
}

/// Why no token could be issued.
#[derive(Debug, thiserror::Error)]
pub enum MintError {
    /// The key cannot be used.
    #[error("the signing key is no Ed25519 private key in PEM (PKCS #8); `order-engine keys` makes one")]
    Key(#[source] jsonwebtoken::errors::Error),
    /// Signing failed.
    #[error("could not sign the token")]
    Sign(#[source] jsonwebtoken::errors::Error),
}

/// Signs a token with an Ed25519 private key in PEM. Its `kid` is the key's thumbprint (RFC 7638).
///
/// # Errors
/// [`MintError`] when the key cannot be used.
pub fn mint(signing_key_pem: &str, request: &TokenRequest, now: Timestamp) -> Result<String, MintError> {
    let key = EncodingKey::from_ed_pem(signing_key_pem.as_bytes()).map_err(MintError::Key)?;
    let jwk = public_jwk(&key).map_err(MintError::Key)?;
    let header = Header { kid: jwk.common.key_id, ..Header::new(Algorithm::EdDSA) };
    let seconds = now.micros().div_euclid(1_000_000);
    let claims = Claims {
        iss: request.issuer.clone(),
        aud: Audience::One(request.audience.clone()),
        sub: request.subject.clone(),
        exp: (seconds + i64::from(request.lifetime_s)).into(),
        nbf: Some(seconds.into()),
        iat: Some(seconds.into()),
        tenant: request.tenant.to_string(),
        customer: request.customer.as_ref().map(ToString::to_string),
        scope: request.scopes.to_string(),
    };
    jsonwebtoken::encode(&header, &claims, &key).map_err(MintError::Sign)
}

/// The key set that verifies what the private key signs, as JSON text.
pub(crate) fn public_key_set(signing_key_pem: &str) -> Result<String, MintError> {
    let key = EncodingKey::from_ed_pem(signing_key_pem.as_bytes()).map_err(MintError::Key)?;
    public_jwk(&key).map(jwks::to_json).map_err(MintError::Key)
}

fn public_jwk(key: &EncodingKey) -> Result<Jwk, jsonwebtoken::errors::Error> {
    let mut jwk = Jwk::from_encoding_key(key, Algorithm::EdDSA)?;
    jwk.common.key_id = Some(jwk.thumbprint(ThumbprintHash::SHA256)?);
    jwk.common.public_key_use = Some(PublicKeyUse::Signature);
    Ok(jwk)
}
