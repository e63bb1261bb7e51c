//! Payment providers.

use super::variables::http_url;
use super::{BankAccounts, ConfigError, Secret, Variables};

/// Where payments are made.
#[derive(Debug, Clone, Default)]
pub struct PaymentSettings {
    /// None without a key.
    pub stripe: Option<StripeSettings>,
    /// Tenants with an account are paid by bank transfer instead.
    pub accounts: BankAccounts,
}

/// An API that speaks like Stripe's.
#[derive(Debug, Clone)]
pub struct StripeSettings {
    /// Base URL, without a slash at the end.
    pub api_url: String,
    pub api_key: Secret,
    /// Signs webhooks; without it none is taken.
    pub webhook_secret: Option<Secret>,
}

const DEFAULT_API_URL: &str = "https://api.stripe.com";
/// How keys begin that move real money.
const LIVE_KEYS: [&str; 2] = ["sk_live_", "rk_live_"];

impl PaymentSettings {
    /// Parses `STRIPE_API_KEY`, `STRIPE_API_URL`, by default Stripe's own, `STRIPE_WEBHOOK_SECRET`, and the file that
    /// `BANK_ACCOUNTS_FILE` names.
    ///
    /// # Errors
    /// When the URL is none, or would carry a live key without encryption, or the file cannot be read or holds a mistake.
    pub fn from_variables(variables: &Variables) -> Result<Self, ConfigError> {
        let stripe = StripeSettings::from_variables(variables)?;
        Ok(Self { stripe, accounts: BankAccounts::from_variables(variables)? })
    }
}

impl StripeSettings {
    fn from_variables(variables: &Variables) -> Result<Option<Self>, ConfigError> {
        let Some(key) = variables.optional("STRIPE_API_KEY") else { return Ok(None) };
        let api_url = http_url("STRIPE_API_URL", variables.optional("STRIPE_API_URL").unwrap_or(DEFAULT_API_URL))?;
        let is_live = LIVE_KEYS.iter().any(|prefix| key.starts_with(prefix));
        if is_live && !api_url.starts_with("https://") {
            return Err(ConfigError::invalid(
                "STRIPE_API_URL",
                "a live key is only sent to a URL that begins with https://",
            ));
        }
        let webhook_secret = variables.optional("STRIPE_WEBHOOK_SECRET").map(Secret::new);
        Ok(Some(Self { api_url, api_key: Secret::new(key), webhook_secret }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pairs: &[(&str, &str)]) -> Result<PaymentSettings, ConfigError> {
        PaymentSettings::from_variables(&Variables::from_pairs(pairs.iter().copied()))
    }

    #[test]
    fn without_a_key_there_is_no_provider_and_with_one_its_secrets_do_not_show() {
        assert!(parse(&[("STRIPE_API_URL", "nonsense")]).unwrap().stripe.is_none());
        let settings = parse(&[("STRIPE_API_KEY", "sk_test_1"), ("STRIPE_WEBHOOK_SECRET", "whsec_1")]).unwrap();
        let shown = format!("{settings:?}");
        assert!(!shown.contains("sk_test_1") && !shown.contains("whsec_1"), "{shown}");
        assert_eq!(settings.stripe.unwrap().api_url, "https://api.stripe.com");
    }

    #[test]
    fn a_live_key_needs_encryption() {
        let url = ("STRIPE_API_URL", "http://127.0.0.1:12111/");
        assert!(parse(&[("STRIPE_API_KEY", "sk_live_1"), url]).is_err());
        let settings = parse(&[("STRIPE_API_KEY", "sk_test_1"), url]).unwrap();
        assert_eq!(settings.stripe.unwrap().api_url, "http://127.0.0.1:12111");
    }
}
