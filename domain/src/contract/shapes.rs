//! Shapes that public records of any kind may have in them.

use serde::{Deserialize, Serialize};

use crate::Currency;
use crate::money::decimal;

/// An amount in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractMoney {
    /// Minor units: cents for EUR.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: String,
}

impl std::fmt::Display for ContractMoney {
    /// In major units with the currency behind. A currency that this release does not know has two decimals.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let exponent = Currency::try_new(&self.currency).map_or(2, Currency::exponent);
        write!(f, "{} {}", decimal(self.minor.into(), exponent), self.currency)
    }
}

/// What one piece costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractUnitPrice {
    /// Ten-thousandths of a major unit.
    pub ten_thousandths: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// A postal address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractAddress {
    /// ISO 3166-1 alpha-2 code.
    pub country: String,
    /// Name, street, city and postal code, sealed. Without `contact` it may hold phone and email too, as it did before there was
    /// a field for them.
    pub details: ContractSealed,
    /// Phone and email, sealed, where there is one of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContractSealed>,
}

/// Personal data under a key that can be destroyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractSealed {
    /// Whose key.
    pub subject: String,
    /// Base64 of nonce and ciphertext.
    pub data: String,
}

/// Pieces of one product that are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractRequestedLine {
    pub sku: String,
    /// Pieces.
    pub quantity: i64,
}
