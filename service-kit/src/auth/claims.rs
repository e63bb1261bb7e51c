//! Reads the claims of a token and checks them.

use domain::{CustomerId, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Number;

use super::principal::Principal;
use super::scope::{Scope, Scopes};
use crate::config::JwtSettings;

/// How much the clocks of two machines may differ.
const LEEWAY_S: f64 = 30.0;
/// Longest `sub`, in bytes.
const SUBJECT_BYTES_MAX: usize = 255;
const MICROS_PER_SECOND: f64 = 1_000_000.0;

/// Why a token is refused. The messages are for the caller and contain nothing of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefusal {
    /// The request has no token, or more than one.
    #[error("send one header Authorization: Bearer <token>")]
    Absent,
    /// The token is longer than any honest one.
    #[error("the token is too long")]
    TooLong,
    /// The token is no JWT, or its claims have the wrong types.
    #[error("the token cannot be read")]
    Malformed,
    /// The token is not signed with EdDSA or RS256.
    #[error("the token is not signed with EdDSA or RS256")]
    Algorithm,
    /// No key of the key set has the token's `kid` and algorithm.
    #[error("the token's key is not known")]
    UnknownKey,
    /// The signature is wrong.
    #[error("the token's signature is wrong")]
    Signature,
    /// `iss` is another issuer.
    #[error("the token's issuer is not accepted here")]
    Issuer,
    /// `aud` is another audience.
    #[error("the token is meant for another audience")]
    Audience,
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// `nbf` is in the future.
    #[error("the token is not valid yet")]
    NotYet,
    /// `sub`, `tenant` or `customer` is empty or malformed.
    #[error("the token's sub, tenant or customer is not acceptable")]
    Identity,
    /// The token's header has `crit`: extensions that must be understood (RFC 7515, 4.1.11), and the engine knows none.
    #[error("the token needs an extension that is not known here")]
    CriticalExtension,
    /// The token names no customer and lacks the scope `tenant:staff`, so it gives access to nobody's orders.
    #[error("the token names no customer and lacks the scope tenant:staff")]
    NeitherCustomerNorStaff,
}

/// The claims that the engine reads. Times are numbers of seconds since 1970 (RFC 7519, `NumericDate`).
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Claims {
    pub iss: String,
    pub aud: Audience,
    pub sub: String,
    pub exp: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nbf: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<Number>,
    pub tenant: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    #[serde(default)]
    pub scope: String,
}

/// The `aud` claim: one audience or several.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Audience {
    One(String),
    Several(Vec<String>),
}

/// When a token is valid, in microseconds since 1970, leeway included.
#[derive(Debug, Clone, Copy)]
pub(super) struct Validity {
    begins_micros: f64,
    ends_micros: f64,
}

impl Validity {
    #[expect(clippy::cast_precision_loss, reason = "microseconds up to the year 2255 are exact in an f64")]
    pub(super) fn check(self, now: Timestamp) -> Result<(), TokenRefusal> {
        let now = now.micros() as f64;
        if now >= self.ends_micros {
            Err(TokenRefusal::Expired)
        } else if now < self.begins_micros {
            Err(TokenRefusal::NotYet)
        } else {
            Ok(())
        }
    }
}

impl Claims {
    /// Checks everything but the signature and the time.
    pub(super) fn into_principal(self, settings: &JwtSettings) -> Result<(Principal, Validity), TokenRefusal> {
        if self.iss != settings.issuer {
            return Err(TokenRefusal::Issuer);
        }
        let meant = match &self.aud {
            Audience::One(audience) => *audience == settings.audience,
            Audience::Several(audiences) => audiences.contains(&settings.audience),
        };
        if !meant {
            return Err(TokenRefusal::Audience);
        }
        let seconds = |number: &Number| number.as_f64().ok_or(TokenRefusal::Malformed);
        let begins = self.nbf.as_ref().map(seconds).transpose()?.unwrap_or(f64::NEG_INFINITY);
        let validity = Validity {
            begins_micros: (begins - LEEWAY_S) * MICROS_PER_SECOND,
            ends_micros: (seconds(&self.exp)? + LEEWAY_S) * MICROS_PER_SECOND,
        };
        if !acceptable_subject(&self.sub) {
            return Err(TokenRefusal::Identity);
        }
        let customer = self.customer.as_deref().map(CustomerId::try_new).transpose();
        let customer = customer.map_err(|_| TokenRefusal::Identity)?;
        let tenant = TenantId::try_new(&self.tenant).map_err(|_| TokenRefusal::Identity)?;
        let scopes: Scopes = self.scope.split_ascii_whitespace().collect();
        // A token that lost its claim `customer` must not turn a customer into staff.
        if customer.is_none() && !scopes.contains(Scope::TENANT_STAFF) {
            return Err(TokenRefusal::NeitherCustomerNorStaff);
        }
        let principal = Principal { subject: self.sub.as_str().into(), tenant, customer, scopes };
        Ok((principal, validity))
    }
}

/// The text is stored in rows and logs, so control characters are refused.
fn acceptable_subject(subject: &str) -> bool {
    !subject.is_empty() && subject.len() <= SUBJECT_BYTES_MAX && !subject.chars().any(char::is_control)
}
