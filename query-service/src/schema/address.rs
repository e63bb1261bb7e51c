//! Addresses: the country is visible to everybody who sees the order, the rest to those who may read personal data.

use std::borrow::Cow;
use std::collections::HashMap;

use async_graphql::{Error, Result};
use domain::order::contract::{ContractAddress, ContractSealed};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::loaded::{Opened, unloaded};
use super::reading::Reading;
use crate::error::internal;
use crate::output::object;

/// A postal address.
pub struct Address<'a> {
    pub reading: &'a Reading,
    pub stored: Cow<'a, ContractAddress>,
    /// Personal data by its sealed text.
    pub opened: Option<&'a HashMap<String, Opened>>,
}

object! {
    /// A postal address.
    Address for Address<'_> as it {
        /// The country, as an ISO 3166-1 alpha-2 code.
        country: &str => &it.stored.country,
        /// The personal part of the address; null for callers who may not read it, and after it was erased.
        details: Option<AddressDetails> => it.details()?,
        /// Whether the personal part was erased; null for callers who may not read it.
        erased: Option<bool> => it.opened(&it.stored.details)?.map(|opened| matches!(opened, Opened::Erased)),
    }
}

/// The personal part of an address.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AddressDetails {
    name: String,
    line1: String,
    line2: Option<String>,
    city: String,
    postal_code: Option<String>,
    region: Option<String>,
    phone: Option<String>,
    email: Option<String>,
}

object! {
    /// The personal part of an address.
    AddressDetails for AddressDetails as details {
        /// The name of the recipient.
        name: &str => &details.name,
        /// The street and the house number.
        line1: &str => &details.line1,
        /// The flat, the floor or the company.
        line2: Option<&str> => details.line2.as_deref(),
        /// The town.
        city: &str => &details.city,
        /// The postal code.
        postalCode: Option<&str> => details.postal_code.as_deref(),
        /// The state or the province.
        region: Option<&str> => details.region.as_deref(),
        /// The phone number.
        phone: Option<&str> => details.phone.as_deref(),
        /// The email address.
        email: Option<&str> => details.email.as_deref(),
    }
}

/// Phone and email, if they are sealed separately.
#[derive(Deserialize)]
struct Contact {
    phone: Option<String>,
    email: Option<String>,
}

impl<'a> Address<'a> {
    /// A sealed part; `None` if the viewer may not read it.
    fn opened(&self, sealed: &ContractSealed) -> Result<Option<&'a Opened>> {
        if !self.reading.viewer.reads_personal_data() {
            return Ok(None);
        }
        self.opened.and_then(|opened| opened.get(&sealed.data)).map(Some).ok_or_else(unloaded)
    }

    fn read<T: DeserializeOwned>(&self, sealed: &ContractSealed) -> Result<Option<T>> {
        match self.opened(sealed)? {
            Some(Opened::Text(text)) => serde_json::from_slice(text).map(Some).map_err(|error| internal(&error)),
            Some(Opened::Erased) | None => Ok(None),
        }
    }

    fn details(&self) -> Result<Option<AddressDetails>, Error> {
        let Some(details) = self.read::<AddressDetails>(&self.stored.details)? else { return Ok(None) };
        // Earlier releases sealed the contact within the details.
        let Some(sealed) = &self.stored.contact else { return Ok(Some(details)) };
        let contact = self.read::<Contact>(sealed)?;
        Ok(contact.map(|Contact { phone, email }| AddressDetails { phone, email, ..details }))
    }
}
