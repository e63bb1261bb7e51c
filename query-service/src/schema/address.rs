//! Addresses: the country is visible to everybody who sees the order, the rest to those who may read personal data.

use async_graphql::{Context, Object, Result, SimpleObject};
use domain::order::contract::{ContractAddress, ContractSealed};
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
    /// The name of the recipient.
    name: String,
    /// The street and the house number.
    line1: String,
    /// The flat, the floor or the company.
    line2: Option<String>,
    /// The town.
    city: String,
    /// The postal code.
    postal_code: Option<String>,
    /// The state or the province.
    region: Option<String>,
    /// The phone number.
    phone: Option<String>,
    /// The email address.
    email: Option<String>,
}

/// Phone and email, if they are sealed separately.
#[derive(Deserialize)]
struct Contact {
    phone: Option<String>,
    email: Option<String>,
}

impl Address {
    /// The address of a row of the read models.
    pub const fn new(address: ContractAddress) -> Self {
        Self(address)
    }

    /// A sealed part; `None` if the viewer may not read it.
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
    /// The country, as an ISO 3166-1 alpha-2 code.
    async fn country(&self) -> &str {
        &self.0.country
    }

    /// The personal part of the address; null for callers who may not read it, and after it was erased.
    async fn details(&self, context: &Context<'_>) -> Result<Option<AddressDetails>> {
        let Some(details) = self.read::<AddressDetails>(context, &self.0.details).await? else { return Ok(None) };
        // Earlier releases sealed the contact within the details.
        let Some(sealed) = &self.0.contact else { return Ok(Some(details)) };
        let contact = self.read::<Contact>(context, sealed).await?;
        Ok(contact.map(|Contact { phone, email }| AddressDetails { phone, email, ..details }))
    }

    /// Whether the personal part was erased; null for callers who may not read it.
    async fn erased(&self, context: &Context<'_>) -> Result<Option<bool>> {
        Ok(self.opened(context, &self.0.details).await?.map(|opened| matches!(opened, Opened::Erased)))
    }
}
