//! Personal data as the domain sees it: sealed, with the subject whose key opens it.
//!
//! Guarantees: nothing in this crate can read a sealed value. Does not: encrypt; the edge does, before a command.

use serde::{Deserialize, Serialize};

use crate::{CountryCode, SubjectId};

/// A ciphertext under one subject's key. Without the key, which can be destroyed, it is noise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    subject: SubjectId,
    /// Base64 of nonce and ciphertext.
    data: String,
}

impl Sealed {
    /// Wraps what a key ring made. `data` is base64 of a nonce followed by a ciphertext with its tag.
    pub const fn new(subject: SubjectId, data: String) -> Self {
        Self { subject, data }
    }

    /// Whose key opens it.
    pub const fn subject(&self) -> &SubjectId {
        &self.subject
    }

    /// Base64 of nonce and ciphertext.
    pub fn data(&self) -> &str {
        &self.data
    }
}

/// A postal address: the country in the clear, since tax and statistics need it, all else sealed, contact apart from the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Where the address is.
    pub country: CountryCode,
    /// Name, street, city and postal code as one sealed JSON document. Addresses of events before version 1.1 have phone and
    /// email in it too.
    pub details: Sealed,
    /// Phone and email as one sealed JSON document, where there is one of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Sealed>,
}
