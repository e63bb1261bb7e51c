//! Tokens of links: the id of a notification and a signature of it.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::NotificationId;
use uuid::Uuid;

/// Bytes of a UUID.
const ID_BYTES: usize = 16;
/// Bytes of a signature that a link has: enough that nobody guesses one.
const SIGNATURE_BYTES: usize = 16;

/// Signs links.
pub(crate) struct Tokens(hmac::Key);

impl Tokens {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The token of a notification.
    pub(crate) fn of(&self, id: NotificationId) -> String {
        let mut token = id.uuid().as_bytes().to_vec();
        token.extend_from_slice(&self.signature(&token));
        URL_SAFE_NO_PAD.encode(token)
    }

    /// The notification of a token; `None` for one that was not made here.
    pub(crate) fn read(&self, token: &str) -> Option<NotificationId> {
        let token = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (id, signature) = token.split_at_checked(ID_BYTES)?;
        // Compared by their own signatures, so that the time it takes says nothing about how much of it is right.
        let expected = hmac::sign(&self.0, &self.signature(id));
        let is_ours = signature.len() == SIGNATURE_BYTES && hmac::verify(&self.0, signature, expected.as_ref()).is_ok();
        is_ours.then(|| Uuid::from_slice(id).ok().map(NotificationId::new)).flatten()
    }

    fn signature(&self, id: &[u8]) -> Vec<u8> {
        hmac::sign(&self.0, id).as_ref()[..SIGNATURE_BYTES].to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_that_of_its_notification_and_cannot_be_made_up() {
        let tokens = Tokens::new(&[7; 32]);
        let id = NotificationId::new(Uuid::from_u128(5));
        let token = tokens.of(id);
        assert_eq!(tokens.read(&token), Some(id));
        assert_eq!(Tokens::new(&[8; 32]).read(&token), None);
        for wrong in ["", "x", "AAAA", &token[1..], &format!("{token}A")] {
            assert_eq!(tokens.read(wrong), None, "{wrong}");
        }
        let mut bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        bytes[3] ^= 1;
        assert_eq!(tokens.read(&URL_SAFE_NO_PAD.encode(bytes)), None);
    }
}
