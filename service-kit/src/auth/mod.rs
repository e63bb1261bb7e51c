//! Authentication and authorisation: bearer tokens (JWT) checked against a key set.
//!
//! Guarantees: only EdDSA and RS256 signatures by a known key count; issuer, audience, expiry and start are checked on
//! every use. A key taken out of the set stops working within [`CACHE_TTL_MS`] of the next reading of the set; the set
//! is read again when a token names a key that is not in it. Does not: revoke single tokens.

mod claims;
mod extract;
mod jwks;
mod mint;
mod principal;
mod scope;
mod verifier;

pub use claims::TokenRefusal;
pub use extract::{bearer_token, strip_bearer};
pub use jwks::LoadKeysError;
pub use mint::{MintError, TokenRequest, mint};
pub use principal::Principal;
pub use scope::{Role, Scope, Scopes, UnknownRole};
pub use verifier::{CACHE_TTL_MS, TOKEN_BYTES_MAX, Verifier};

pub(crate) use mint::public_key_set;
