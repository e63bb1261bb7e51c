//! Cursors: signed positions in lists, so that a client cannot change one.
//!
//! Guarantees: a cursor opens only for the list that it was made for, since the viewer's visibility, filter and sort
//! are part of what is signed. Does not: expire; a position stays valid when its order is gone.

use async_graphql::Error;
use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign, verify};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Code;

/// Bytes of HMAC-SHA-256.
const SIGNATURE_BYTES: usize = 32;
/// The engine makes no longer cursor.
const CURSOR_CHARS_MAX: usize = 600;

/// Makes and opens cursors.
pub struct Cursors(Key);

impl Cursors {
    /// `key` must be derived for this purpose alone.
    pub fn new(key: &[u8]) -> Self {
        Self(Key::new(HMAC_SHA256, key))
    }

    /// A cursor to a position in a list. `list` names the list by visibility, filter and sort.
    pub fn seal(&self, list: &str, position: &impl Serialize) -> String {
        let payload = serde_json::to_vec(position).expect("positions are plain values");
        let signature = sign(&self.0, &signed(list, &payload));
        let mut bytes = signature.as_ref().to_vec();
        bytes.extend(payload);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The position of a cursor.
    pub fn open<T: DeserializeOwned>(&self, list: &str, cursor: &str) -> Result<T, Error> {
        self.read(list, cursor).ok_or_else(|| Code::BadCursor.error("this cursor was not made for this list"))
    }

    fn read<T: DeserializeOwned>(&self, list: &str, cursor: &str) -> Option<T> {
        if cursor.len() > CURSOR_CHARS_MAX {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (signature, payload) = bytes.split_at_checked(SIGNATURE_BYTES)?;
        verify(&self.0, &signed(list, payload), signature).ok()?;
        serde_json::from_slice(payload).ok()
    }
}

/// The signed bytes. The length comes first, so that a list's name and a payload cannot be confused.
fn signed(list: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = (list.len() as u64).to_be_bytes().to_vec();
    bytes.extend(list.as_bytes());
    bytes.extend(payload);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_opens_for_its_own_list_alone_and_only_unchanged() {
        let cursors = Cursors::new(&[7; 32]);
        let cursor = cursors.seal("orders of shop", &17_u32);
        assert_eq!(cursors.open::<u32>("orders of shop", &cursor).unwrap(), 17);
        assert!(cursors.open::<u32>("orders of other", &cursor).is_err());
        assert!(Cursors::new(&[8; 32]).open::<u32>("orders of shop", &cursor).is_err());
        for index in 0..cursor.len() {
            let mut changed = cursor.clone().into_bytes();
            changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(cursors.open::<u32>("orders of shop", &changed).is_err(), "{changed}");
        }
        for nonsense in ["", "=", "AAAA", "ä", &"A".repeat(10_000)] {
            assert!(cursors.open::<u32>("orders of shop", nonsense).is_err());
        }
    }
}
