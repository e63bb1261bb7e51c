//! Carriers.

use domain::Carrier;

use super::variables::http_url;
use super::{ConfigError, Secret, Variables};
use crate::standard_webhooks::WebhookKey;

/// The carriers that labels are bought of.
#[derive(Debug, Clone, Default)]
pub struct ShippingSettings {
    /// Each with a name of its own.
    pub carriers: Vec<CarrierSettings>,
    /// Signs carriers' webhooks, as Standard Webhooks describes; without it none is taken.
    pub webhook_key: Option<Secret>,
}

/// A carrier's API.
#[derive(Debug, Clone)]
pub struct CarrierSettings {
    /// What locations name it by.
    pub name: Carrier,
    /// Base URL, without a slash at the end.
    pub api_url: String,
    pub api_key: Secret,
}

impl ShippingSettings {
    /// Parses `SHIPPING_CARRIERS`, which is `name=url` for each carrier, separated by commas; `SHIPPING_CARRIER_KEY`, which opens the API of
    /// every one of them; and `SHIPPING_WEBHOOK_SECRET`.
    ///
    /// # Errors
    /// When a carrier has no name or URL, two have one name, there is no key for them, or the secret is none.
    pub fn from_variables(variables: &Variables) -> Result<Self, ConfigError> {
        const CARRIERS: &str = "SHIPPING_CARRIERS";
        let Some(text) = variables.optional(CARRIERS) else { return Ok(Self::default()) };
        let api_key = Secret::new(variables.required("SHIPPING_CARRIER_KEY")?);
        let mut carriers: Vec<CarrierSettings> = Vec::new();
        for one in text.split(',').map(str::trim).filter(|one| !one.is_empty()) {
            let (name, url) = one
                .split_once('=')
                .ok_or_else(|| ConfigError::invalid(CARRIERS, "give name=url for each carrier, separated by commas"))?;
            let name = Carrier::try_new(name).map_err(|error| ConfigError::invalid(CARRIERS, &error.to_string()))?;
            if carriers.iter().any(|known| known.name == name) {
                return Err(ConfigError::invalid(CARRIERS, "two carriers have the same name"));
            }
            carriers.push(CarrierSettings { name, api_url: http_url(CARRIERS, url)?, api_key: api_key.clone() });
        }
        let webhook_key = variables.optional("SHIPPING_WEBHOOK_SECRET").map(Secret::new);
        if let Some(Err(error)) = webhook_key.as_ref().map(WebhookKey::parse) {
            return Err(ConfigError::invalid("SHIPPING_WEBHOOK_SECRET", &error.to_string()));
        }
        Ok(Self { carriers, webhook_key })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pairs: &[(&str, &str)]) -> Result<ShippingSettings, ConfigError> {
        ShippingSettings::from_variables(&Variables::from_pairs(pairs.iter().copied()))
    }

    const KEY: (&str, &str) = ("SHIPPING_CARRIER_KEY", "ck_1");

    #[test]
    fn without_carriers_there_are_none_and_secrets_do_not_show() {
        assert!(parse(&[]).unwrap().carriers.is_empty());
        let carriers = ("SHIPPING_CARRIERS", "postal=http://127.0.0.1:8095/, courier=https://courier.example/v2");
        let settings = parse(&[carriers, KEY, ("SHIPPING_WEBHOOK_SECRET", "whsec_c2VjcmV0")]).unwrap();
        let named: Vec<_> = settings.carriers.iter().map(|one| (one.name.as_str(), &*one.api_url)).collect();
        assert_eq!(named, [("postal", "http://127.0.0.1:8095"), ("courier", "https://courier.example/v2")]);
        let shown = format!("{settings:?}");
        assert!(!shown.contains("ck_1") && !shown.contains("whsec_"), "{shown}");
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let carriers = |text| ("SHIPPING_CARRIERS", text);
        assert!(parse(&[carriers("postal=http://127.0.0.1:8095")]).is_err(), "no key");
        for wrong in ["postal", "=http://127.0.0.1:8095", "postal=nowhere", "a=http://127.0.0.1:1,a=http://127.0.0.1:2"]
        {
            assert!(parse(&[carriers(wrong), KEY]).is_err(), "{wrong}");
        }
        let named = carriers("postal=http://127.0.0.1:8095");
        assert!(parse(&[named, KEY, ("SHIPPING_WEBHOOK_SECRET", "plain")]).is_err());
    }
}
