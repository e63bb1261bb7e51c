//! Addresses: the country for everybody who sees the order, the rest for those who may read personal data.

use async_graphql::{Context, Object, Result, SimpleObject};
use domain::contract::ContractAddress;
use serde::Deserialize;

use crate::access::Viewer;
use crate::error::{internal, read_failed};
use crate::loaders::{Loaders, Opened, SealedKey};

/// A postal address.
#[derive(Debug, Clone)]
pub struct Address(ContractAddress);

/// The personal part of an address.
#[derive(Clone, Deserialize, SimpleObject)]
#[serde(rename_all = "camelCase")]
pub struct AddressDetails {
    /// Whom to deliver to.
    name: String,
    /// Street and number.
    line1: String,
    /// Flat, floor or company.
    line2: Option<String>,
    /// Town.
    city: String,
    /// Postal code.
    postal_code: Option<String>,
    /// State or province.
    region: Option<String>,
    /// Telephone.
    phone: Option<String>,
    /// Email.
    email: Option<String>,
}

impl Address {
    /// From what the read models hold.
    pub const fn new(address: ContractAddress) -> Self {
        Self(address)
    }

    /// What is sealed, if the one who asks may read it.
    async fn opened(&self, context: &Context<'_>) -> Result<Option<Opened>> {
        if !context.data::<Viewer>()?.reads_personal_data() {
            return Ok(None);
        }
        let key = SealedKey { subject: self.0.details.subject.clone(), data: self.0.details.data.clone() };
        context.data::<Loaders>()?.load_one(key).await.map_err(read_failed)
    }
}

/// A postal address.
#[Object]
impl Address {
    /// ISO 3166-1 alpha-2 code.
    async fn country(&self) -> &str {
        &self.0.country
    }

    /// The personal part; null for those who may not read it, and when it has been erased.
    async fn details(&self, context: &Context<'_>) -> Result<Option<AddressDetails>> {
        match self.opened(context).await? {
            Some(Opened::Text(text)) => serde_json::from_slice(&text).map(Some).map_err(|error| internal(&error)),
            Some(Opened::Erased) | None => Ok(None),
        }
    }

    /// Whether the personal part has been erased; null for those who may not read it.
    async fn erased(&self, context: &Context<'_>) -> Result<Option<bool>> {
        Ok(self.opened(context).await?.map(|opened| matches!(opened, Opened::Erased)))
    }
}
