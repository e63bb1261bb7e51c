//! Personal data as the domain sees it: sealed, with the subject whose key opens it.
//!
//! Guarantees: nothing in this crate can read a sealed value. Does not: encrypt; the caller does, before it sends a
//! command.

use serde::{Deserialize, Serialize};

use crate::{CountryCode, DeliveryArea, SubjectId};

/// A ciphertext under one subject's key. It cannot be read once the key has been destroyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    subject: SubjectId,
    /// Base64 of nonce and ciphertext.
    data: String,
}

impl Sealed {
    /// Wraps a value that a keyring has sealed. `data` is base64 of a nonce followed by a ciphertext with its tag.
    pub const fn new(subject: SubjectId, data: String) -> Self {
        Self { subject, data }
    }

    /// The subject whose key opens the value.
    pub const fn subject(&self) -> &SubjectId {
        &self.subject
    }

    /// Base64 of nonce and ciphertext.
    pub fn data(&self) -> &str {
        &self.data
    }
}

/// A postal address: the country in the clear, since tax and statistics need it, as is roughly where it is, by which locations are chosen.
/// Everything else is sealed, contact apart from the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    pub country: CountryCode,
    /// Name, street, city and postal code as one sealed JSON document. Addresses of events before version 1.1 have phone and
    /// email in it too.
    pub details: Sealed,
    /// Phone and email as one sealed JSON document. `None` without either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Sealed>,
    /// `None` where nothing tells it, and of billing addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<Box<DeliveryArea>>,
}
