//! Amounts in bodies and answers.

use domain::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::whole_number;

/// An amount of money in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoneyView {
    /// The amount in minor units, such as cents for EUR.
    #[schema(example = 765)]
    #[serde(deserialize_with = "whole_number")]
    pub minor: i64,
    /// The currency, as an ISO 4217 code.
    #[schema(example = "EUR")]
    pub currency: String,
}

impl From<Money> for MoneyView {
    fn from(amount: Money) -> Self {
        Self { minor: amount.minor(), currency: amount.currency().to_string() }
    }
}
