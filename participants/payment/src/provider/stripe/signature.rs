//! The signature of a webhook: an HMAC over the moment of sending and the raw body.

use aws_lc_rs::hmac;
use domain::Timestamp;
use service_kit::config::Secret;

/// The header with the signature.
pub const SIGNATURE_HEADER: &str = "stripe-signature";
/// How far the moment of sending may lie from now, in seconds. A recorded webhook cannot be sent again later.
pub const TOLERANCE_S: i64 = 300;
/// Most signatures that are looked at; a secret that is being replaced has two.
const SIGNATURES_MAX: usize = 8;

/// Why a webhook is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSignature {
    #[error("the signature has another form")]
    Malformed,
    #[error("the webhook was signed too long ago, or in the future")]
    Late,
    #[error("the signature does not belong to the body")]
    Other,
}

/// Checks the signature of a body.
///
/// # Errors
/// [`InvalidSignature`].
pub fn verify(header: &str, body: &[u8], secret: &Secret, now: Timestamp) -> Result<(), InvalidSignature> {
    let mut sent = None;
    let mut signatures = Vec::new();
    for (name, value) in header.split(',').filter_map(|part| part.trim().split_once('=')) {
        match name {
            "t" => sent = value.parse::<i64>().ok(),
            "v1" if signatures.len() < SIGNATURES_MAX => signatures.extend(bytes(value)),
            // Other schemes, which prove nothing.
            _ => {}
        }
    }
    let sent = sent.filter(|_| !signatures.is_empty()).ok_or(InvalidSignature::Malformed)?;
    let now_s = now.micros().div_euclid(1_000_000);
    if now_s.saturating_sub(sent).saturating_abs() > TOLERANCE_S {
        return Err(InvalidSignature::Late);
    }
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
    let mut signed = format!("{sent}.").into_bytes();
    signed.extend_from_slice(body);
    let is_ours = signatures.iter().any(|signature| hmac::verify(&key, &signed, signature).is_ok());
    if is_ours { Ok(()) } else { Err(InvalidSignature::Other) }
}

/// The bytes of a hexadecimal number.
fn bytes(text: &str) -> Option<Vec<u8>> {
    if text.is_empty() || !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    let digits = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    digits.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = b"{\"id\":\"evt_1\"}";
    /// HMAC-SHA256 of `1600000000.{"id":"evt_1"}` with the key `whsec_1`, by Python's `hmac`.
    const SIGNATURE: &str = "dd7da79da84b1c849d9eaef34c00ce4903a71f7b1ee3838c4be7089d089893c9";

    fn check(header: &str, body: &[u8], second: i64) -> Result<(), InvalidSignature> {
        let now = Timestamp::try_from_micros((1_600_000_000 + second) * 1_000_000).unwrap();
        verify(header, body, &Secret::new("whsec_1"), now)
    }

    fn header(signature: &str) -> String {
        format!("t=1600000000,v1={signature}")
    }

    #[test]
    fn a_signed_body_is_taken_within_the_tolerance() {
        for second in [0, TOLERANCE_S, -TOLERANCE_S] {
            assert_eq!(check(&header(SIGNATURE), BODY, second), Ok(()));
        }
        for second in [TOLERANCE_S + 1, -TOLERANCE_S - 1, i64::from(i32::MAX)] {
            assert_eq!(check(&header(SIGNATURE), BODY, second), Err(InvalidSignature::Late));
        }
    }

    #[test]
    fn another_body_or_moment_or_secret_is_refused() {
        assert_eq!(check(&header(SIGNATURE), b"{}", 0), Err(InvalidSignature::Other));
        assert_eq!(check(&header(&SIGNATURE.replace('0', "1")), BODY, 0), Err(InvalidSignature::Other));
        let moved = format!("t=1600000001,v1={SIGNATURE}");
        assert_eq!(check(&moved, BODY, 0), Err(InvalidSignature::Other));
        let now = Timestamp::try_from_micros(1_600_000_000_000_000).unwrap();
        let other = verify(&header(SIGNATURE), BODY, &Secret::new("whsec_2"), now);
        assert_eq!(other, Err(InvalidSignature::Other));
    }

    #[test]
    fn one_of_several_signatures_is_enough_and_other_schemes_prove_nothing() {
        let two = format!("t=1600000000,v1=00ff,v1={SIGNATURE},v0=abcd");
        assert_eq!(check(&two, BODY, 0), Ok(()));
        assert_eq!(check(&format!("t=1600000000,v0={SIGNATURE}"), BODY, 0), Err(InvalidSignature::Malformed));
        for malformed in ["", "t=,v1=", "v1=00", "t=1600000000", "t=1600000000,v1=xyz", "t=1600000000,v1=0é"] {
            assert_eq!(check(malformed, BODY, 0), Err(InvalidSignature::Malformed), "{malformed}");
        }
    }
}
