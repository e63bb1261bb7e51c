//! The accounts to which the customers of tenants transfer money.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use domain::TenantId;
use domain::bank::{AccountHolder, Bic, Iban};
use serde::Deserialize;

use super::{ConfigError, Variables};

const VARIABLE: &str = "BANK_ACCOUNTS_FILE";

/// The accounts of tenants whose customers pay by bank transfer.
#[derive(Debug, Clone, Default)]
pub struct BankAccounts(Arc<BTreeMap<TenantId, BankAccount>>);

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankAccount {
    pub holder: AccountHolder,
    pub iban: Iban,
    pub bic: Option<Bic>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    tenants: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    holder: String,
    iban: String,
    bic: Option<String>,
}

impl BankAccounts {
    /// Reads the file that `BANK_ACCOUNTS_FILE` names; without it no tenant has an account.
    ///
    /// # Errors
    /// When the file cannot be read, or holds a mistake.
    pub(super) fn from_variables(variables: &Variables) -> Result<Self, ConfigError> {
        let Some(file) = variables.optional(VARIABLE).map(Path::new) else { return Ok(Self::default()) };
        let text = std::fs::read_to_string(file)
            .map_err(|source| ConfigError::Unreadable { file: file.to_owned(), source })?;
        Self::parse(&text)
    }

    /// Reads `holder`, `iban` and, where it is given, `bic` of each `[tenants.NAME]`.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] with the key whose value cannot be used.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        // The parser's own text would show the line, with an account in it.
        let File { tenants } =
            toml::from_str(text).map_err(|error: toml::de::Error| ConfigError::invalid(VARIABLE, error.message()))?;
        let accounts = tenants.into_iter().map(|(name, entry)| {
            let of = |key: &str, error: &dyn std::fmt::Display| {
                ConfigError::invalid(VARIABLE, &format!("tenants.{name}{key}: {error}"))
            };
            let tenant = TenantId::try_new(&name).map_err(|error| of("", &error))?;
            let holder = AccountHolder::try_new(&entry.holder).map_err(|error| of(".holder", &error))?;
            let iban = Iban::try_new(&entry.iban).map_err(|error| of(".iban", &error))?;
            let bic = entry.bic.as_deref().map(Bic::try_new).transpose().map_err(|error| of(".bic", &error))?;
            Ok((tenant, BankAccount { holder, iban, bic }))
        });
        Ok(Self(Arc::new(accounts.collect::<Result<_, _>>()?)))
    }

    /// The account of a tenant, if its customers pay by bank transfer.
    pub fn of(&self, tenant: &TenantId) -> Option<&BankAccount> {
        self.0.get(tenant)
    }

    /// Whether no tenant has one.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: &str = "[tenants.shop]\nholder = \"Shop Ltd\"\niban = \"CH93 0076 2011 6238 5295 7\"\n";

    #[test]
    fn each_tenant_has_an_account_of_its_own() {
        let accounts = BankAccounts::parse(&format!("{SHOP}bic = \"POFICHBE\"\n")).unwrap();
        let shop = accounts.of(&TenantId::try_new("shop").unwrap()).unwrap();
        assert_eq!((shop.holder.as_str(), shop.iban.as_str()), ("Shop Ltd", "CH9300762011623852957"));
        assert_eq!(shop.bic.as_ref().map(Bic::as_str), Some("POFICHBE"));
        assert!(accounts.of(&TenantId::try_new("chain").unwrap()).is_none());
        assert!(BankAccounts::from_variables(&Variables::default()).unwrap().is_empty());
        assert!(BankAccounts::parse("").unwrap().is_empty());
    }

    #[test]
    fn a_mistake_is_named_by_its_key_and_no_account_is_shown() {
        let wrong = [
            (SHOP.replace("7\"", "8\""), "tenants.shop.iban"),
            (SHOP.replace("Shop Ltd", ""), "tenants.shop.holder"),
            (format!("{SHOP}bic = \"BANK\"\n"), "tenants.shop.bic"),
            (SHOP.replace("tenants.shop", "tenants.\"a b\""), "tenants.a b"),
            (format!("{SHOP}name = \"x\"\n"), "unknown field"),
            (SHOP.replace("iban", "bank"), "unknown field"),
        ];
        for (text, expected) in wrong {
            let error = BankAccounts::parse(&text).unwrap_err().to_string();
            assert!(error.contains("BANK_ACCOUNTS_FILE") && error.contains(expected), "{error}");
            assert!(!error.contains("0076 2011"), "{error}");
        }
        let absent = Variables::from_pairs([(VARIABLE, "no/such/file.toml")]);
        assert!(BankAccounts::from_variables(&absent).unwrap_err().to_string().contains("no/such/file.toml"));
    }
}
