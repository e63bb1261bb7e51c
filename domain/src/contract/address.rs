//! Addresses in public events, and the sealed values in them.

use serde::{Deserialize, Serialize};

/// A postal address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractAddress {
    /// ISO 3166-1 alpha-2 code.
    pub country: String,
    /// Name, street, city and postal code, sealed. Without `contact` it may contain phone and email too, as it did
    /// before that field existed.
    pub details: ContractSealed,
    /// Phone and email, sealed. `None` without either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContractSealed>,
}

/// Personal data under a key that can be destroyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractSealed {
    /// The subject whose key opens `data`.
    pub subject: String,
    /// Base64 of nonce and ciphertext.
    pub data: String,
}
