//! Signatures of webhooks as [Standard Webhooks](https://www.standardwebhooks.com) describes them: an HMAC over the message's id, the
//! moment of sending and the raw body.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::Timestamp;

use crate::config::Secret;

/// The header with the id of the message, which a repetition has too.
pub const ID_HEADER: &str = "webhook-id";
/// The header with the moment of sending, in seconds since 1970.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// The header with the signatures, separated by spaces.
pub const SIGNATURE_HEADER: &str = "webhook-signature";
/// How far the moment of sending may lie from now, in seconds. A recorded webhook cannot be sent again later.
pub const TOLERANCE_S: i64 = 300;
/// How secrets are written, so that other programs know them.
pub const SECRET_PREFIX: &str = "whsec_";
/// Most signatures that are looked at; a secret that is being replaced has two.
const SIGNATURES_MAX: usize = 8;

/// A secret that is no base64 behind `whsec_`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a webhook secret is whsec_ and base64")]
pub struct InvalidWebhookSecret;

/// Why a webhook is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSignature {
    #[error("the webhook lacks its id, its moment or its signature")]
    Malformed,
    #[error("the webhook was signed too long ago, or in the future")]
    Late,
    #[error("the signature does not belong to the body")]
    Other,
}

/// Signs webhooks and checks their signatures.
#[derive(Clone)]
pub struct WebhookKey(hmac::Key);

impl WebhookKey {
    /// The key that a secret stands for.
    ///
    /// # Errors
    /// [`InvalidWebhookSecret`].
    pub fn parse(secret: &Secret) -> Result<Self, InvalidWebhookSecret> {
        let text = secret.expose().strip_prefix(SECRET_PREFIX).ok_or(InvalidWebhookSecret)?;
        let bytes = STANDARD.decode(text).map_err(|_| InvalidWebhookSecret)?;
        if bytes.is_empty() { Err(InvalidWebhookSecret) } else { Ok(Self::of(&bytes)) }
    }

    /// The key of the bytes of a secret.
    pub fn of(bytes: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// The signature of a body that is sent at a second.
    pub fn sign(&self, id: &str, second: i64, body: &[u8]) -> String {
        format!("v1,{}", STANDARD.encode(hmac::sign(&self.0, &signed(id, second, body))))
    }

    /// Checks that a body was signed at about now, by its three headers.
    ///
    /// # Errors
    /// [`InvalidSignature`].
    pub fn verify(
        &self,
        (id, second, signatures): (&str, &str, &str),
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), InvalidSignature> {
        let second = second.parse::<i64>().ok().filter(|_| !id.is_empty()).ok_or(InvalidSignature::Malformed)?;
        if now.micros().div_euclid(1_000_000).saturating_sub(second).saturating_abs() > TOLERANCE_S {
            return Err(InvalidSignature::Late);
        }
        let given = signatures.split(' ').filter_map(|one| one.strip_prefix("v1,"));
        let given: Vec<_> = given.take(SIGNATURES_MAX).filter_map(|one| STANDARD.decode(one).ok()).collect();
        if given.is_empty() {
            return Err(InvalidSignature::Malformed);
        }
        let signed = signed(id, second, body);
        let is_ours = given.iter().any(|tag| hmac::verify(&self.0, &signed, tag).is_ok());
        if is_ours { Ok(()) } else { Err(InvalidSignature::Other) }
    }
}

fn signed(id: &str, second: i64, body: &[u8]) -> Vec<u8> {
    let mut signed = format!("{id}.{second}.").into_bytes();
    signed.extend_from_slice(body);
    signed
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const SECOND: i64 = 1_614_265_330;
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    /// The example of the specification's reference implementations.
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn key(secret: &str) -> WebhookKey {
        WebhookKey::parse(&Secret::new(secret)).unwrap()
    }

    fn check(id: &str, second: &str, signatures: &str, body: &[u8], now: i64) -> Result<(), InvalidSignature> {
        let now = Timestamp::try_from_micros(now * 1_000_000).unwrap();
        key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").verify((id, second, signatures), body, now)
    }

    #[test]
    fn a_signature_is_that_of_the_specification() {
        assert_eq!(key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").sign(ID, SECOND, BODY), SIGNATURE);
        for secret in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_no base64"] {
            assert!(WebhookKey::parse(&Secret::new(secret)).is_err(), "{secret}");
        }
    }

    #[test]
    fn a_signed_body_is_taken_within_the_tolerance() {
        let second = SECOND.to_string();
        for off in [0, TOLERANCE_S, -TOLERANCE_S] {
            assert_eq!(check(ID, &second, SIGNATURE, BODY, SECOND + off), Ok(()));
        }
        for off in [TOLERANCE_S + 1, -TOLERANCE_S - 1] {
            assert_eq!(check(ID, &second, SIGNATURE, BODY, SECOND + off), Err(InvalidSignature::Late));
        }
        let two = format!("v1,AAAA v2,{} {SIGNATURE}", "x");
        assert_eq!(check(ID, &second, &two, BODY, SECOND), Ok(()));
    }

    #[test]
    fn another_body_id_moment_or_secret_is_refused() {
        let second = SECOND.to_string();
        assert_eq!(check(ID, &second, SIGNATURE, b"{}", SECOND), Err(InvalidSignature::Other));
        assert_eq!(check("msg_2", &second, SIGNATURE, BODY, SECOND), Err(InvalidSignature::Other));
        assert_eq!(check(ID, &(SECOND + 1).to_string(), SIGNATURE, BODY, SECOND), Err(InvalidSignature::Other));
        let now = Timestamp::try_from_micros(SECOND * 1_000_000).unwrap();
        let other = key("whsec_AAAA").verify((ID, &second, SIGNATURE), BODY, now);
        assert_eq!(other, Err(InvalidSignature::Other));
        for (id, second, signature) in
            [("", &*second, SIGNATURE), (ID, "soon", SIGNATURE), (ID, &second, ""), (ID, &second, "v0,AAAA")]
        {
            assert_eq!(check(id, second, signature, BODY, SECOND), Err(InvalidSignature::Malformed));
        }
    }
}
