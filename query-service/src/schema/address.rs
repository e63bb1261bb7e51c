//! Addresses: the country for everybody who sees the order, the rest for those who may read personal data.

use async_graphql::{Context, Object, Result, SimpleObject};
use domain::contract::{ContractAddress, ContractSealed};
use serde::Deserialize;
use serde::de::DeserializeOwned;

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

/// Phone and email, where they are sealed apart from the rest.
#[derive(Deserialize)]
struct Contact {
    phone: Option<String>,
    email: Option<String>,
}

impl Address {
    /// From what the read models hold.
    pub const fn new(address: ContractAddress) -> Self {
        Self(address)
    }

    /// A sealed part, if the one who asks may read it.
    async fn opened(&self, context: &Context<'_>, sealed: &ContractSealed) -> Result<Option<Opened>> {
        if !context.data::<Viewer>()?.reads_personal_data() {
            return Ok(None);
        }
        let key = SealedKey { subject: sealed.subject.clone(), data: sealed.data.clone() };
        context.data::<Loaders>()?.load_one(key).await.map_err(read_failed)
    }

    async fn read<T: DeserializeOwned>(&self, context: &Context<'_>, sealed: &ContractSealed) -> Result<Option<T>> {
        match self.opened(context, sealed).await? {
            Some(Opened::Text(text)) => serde_json::from_slice(&text).map(Some).map_err(|error| internal(&error)),
            Some(Opened::Erased) | None => Ok(None),
        }
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
        let Some(details) = self.read::<AddressDetails>(context, &self.0.details).await? else { return Ok(None) };
        // An address without a contact apart may have it within the details, where earlier releases sealed it.
        let Some(sealed) = &self.0.contact else { return Ok(Some(details)) };
        let contact = self.read::<Contact>(context, sealed).await?;
        Ok(contact.map(|Contact { phone, email }| AddressDetails { phone, email, ..details }))
    }

    /// Whether the personal part has been erased; null for those who may not read it.
    async fn erased(&self, context: &Context<'_>) -> Result<Option<bool>> {
        Ok(self.opened(context, &self.0.details).await?.map(|opened| matches!(opened, Opened::Erased)))
    }
}
