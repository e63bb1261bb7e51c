//! Idempotency keys: their form, their scope, the hash of the request, and the guard against concurrent requests with
//! one key.

use std::sync::Arc;

use aws_lc_rs::hmac;
use dashmap::DashSet;
use event_store::Idempotency;
use serde::Serialize;
use service_kit::auth::Principal;

use super::{Refusal, code};

/// Longest key, in characters.
const KEY_CHARS_MAX: usize = 255;

/// A client's name for one request: 1 to 255 printable ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(Arc<str>);

impl IdempotencyKey {
    /// The key as it was sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Checks a key.
    ///
    /// # Errors
    /// [`code::IDEMPOTENCY_KEY_INVALID`] for a key that is empty, too long or holds other characters.
    pub fn try_new(text: &str) -> Result<Self, Refusal> {
        let printable = text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        if printable && (1..=KEY_CHARS_MAX).contains(&text.len()) {
            Ok(Self(text.into()))
        } else {
            let detail = format!("a key has 1 to {KEY_CHARS_MAX} printable ASCII characters");
            Err(Refusal::new(code::IDEMPOTENCY_KEY_INVALID, detail))
        }
    }
}

/// Hashes requests with a secret key. A request may hold an address, which could be guessed from a plain hash long
/// after the customer's data was erased.
pub struct Fingerprints(hmac::Key);

impl Fingerprints {
    /// Hashes under `key`, which must stay the same for as long as keys are to be recognised, and be the same in every process.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The key with its scope (tenant, operation, stream where the client named it, client), and the hash of the input.
    pub fn idempotency(
        &self,
        key: &IdempotencyKey,
        principal: &Principal,
        operation: &str,
        stream: Option<&str>,
        input: &impl Serialize,
    ) -> Idempotency {
        // Tenant and operation hold no spaces, so different scopes never have the same text.
        let scope = format!("{} {operation} {} {}", principal.tenant, stream.unwrap_or("-"), principal.subject);
        let input = serde_json::to_vec(input).expect("inputs are made of strings and numbers");
        let fingerprint = hmac::sign(&self.0, &input).as_ref().to_vec();
        Idempotency { scope, key: key.0.as_ref().to_owned(), fingerprint }
    }
}

/// The keys whose requests run in this process.
#[derive(Clone, Default)]
pub struct RunningKeys(Arc<DashSet<String>>);

/// Marks a key as running until it is dropped.
pub struct Running {
    keys: RunningKeys,
    name: String,
}

impl RunningKeys {
    /// Marks a key as running.
    ///
    /// # Errors
    /// [`code::IDEMPOTENCY_KEY_IN_USE`].
    pub fn enter(&self, idempotency: &Idempotency) -> Result<Running, Refusal> {
        let name = format!("{}\n{}", idempotency.scope, idempotency.key);
        if self.0.insert(name.clone()) {
            Ok(Running { keys: self.clone(), name })
        } else {
            let detail = "the first request with this key has not been answered yet";
            Err(Refusal::new(code::IDEMPOTENCY_KEY_IN_USE, detail))
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.keys.0.remove(&self.name);
    }
}

#[cfg(test)]
mod tests {
    use domain::TenantId;
    use service_kit::auth::Scopes;

    use super::*;

    fn principal(subject: &str) -> Principal {
        let tenant = TenantId::try_new("shop").unwrap();
        Principal { subject: subject.into(), tenant, customer: None, scopes: Scopes::default() }
    }

    #[test]
    fn keys_are_printable_and_bounded() {
        assert!(IdempotencyKey::try_new(&"k".repeat(255)).is_ok());
        for text in ["", "a\nb", "a\0", "é", &"k".repeat(256)] {
            assert_eq!(IdempotencyKey::try_new(text).unwrap_err().code, code::IDEMPOTENCY_KEY_INVALID);
        }
    }

    #[test]
    fn scopes_tell_clients_and_operations_apart_and_hashes_tell_requests_apart() {
        let fingerprints = Fingerprints::new(&[7; 32]);
        let key = IdempotencyKey::try_new("k").unwrap();
        let of = |subject, operation, input: &str| {
            fingerprints.idempotency(&key, &principal(subject), operation, None, &input)
        };
        assert_eq!(of("a", "order.place", "x").scope, of("a", "order.place", "y").scope);
        assert_ne!(of("a", "order.place", "x").scope, of("b", "order.place", "x").scope);
        assert_ne!(of("a", "order.place", "x").scope, of("a", "order.cancel", "x").scope);
        assert_ne!(of("a", "order.place", "x").fingerprint, of("a", "order.place", "y").fingerprint);
    }

    #[test]
    fn a_key_is_at_work_once_at_a_time() {
        let keys = RunningKeys::default();
        let fingerprints = Fingerprints::new(&[7; 32]);
        let key = IdempotencyKey::try_new("k").unwrap();
        let idempotency = fingerprints.idempotency(&key, &principal("a"), "order.place", None, &());
        let first = keys.enter(&idempotency).ok().unwrap();
        assert_eq!(keys.enter(&idempotency).err().unwrap().code, code::IDEMPOTENCY_KEY_IN_USE);
        drop(first);
        assert!(keys.enter(&idempotency).is_ok());
    }
}
