//! Where the databases are.

use std::collections::BTreeMap;

use super::{ConfigError, DatabaseUrl, Secret, Variables};

/// One URL a database; they may share a server.
#[derive(Debug, Clone)]
pub struct DatabaseSettings {
    /// Database of the event log that participants share.
    pub orders: DatabaseUrl,
    /// Databases of participants that have an event log of their own.
    pub own: OwnDatabases,
    /// Database of the read models.
    pub read: DatabaseUrl,
    /// Database of the customers' keys.
    pub identity: DatabaseUrl,
}

impl DatabaseSettings {
    /// Parses `ORDERS_DATABASE_URL`, `READ_DATABASE_URL` and `IDENTITY_DATABASE_URL`.
    ///
    /// # Errors
    /// The first variable that is absent or no Postgres URL.
    pub fn from_variables(variables: &Variables) -> Result<Self, ConfigError> {
        let database = |variable| postgres_url(variable, variables.required(variable)?);
        Ok(Self {
            orders: database("ORDERS_DATABASE_URL")?,
            own: OwnDatabases::from_variables(variables),
            read: database("READ_DATABASE_URL")?,
            identity: database("IDENTITY_DATABASE_URL")?,
        })
    }
}

fn postgres_url(variable: &'static str, url: &str) -> Result<DatabaseUrl, ConfigError> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        Ok(DatabaseUrl::new(variable, url))
    } else {
        Err(ConfigError::invalid(variable, "give a URL such as postgres://user:password@127.0.0.1:5433/orders"))
    }
}

/// The databases that a deployment may have: the settings `NAME_DATABASE_URL`. Whoever knows the names asks for them.
#[derive(Debug, Clone, Default)]
pub struct OwnDatabases(BTreeMap<String, Secret>);

impl OwnDatabases {
    /// Takes every setting whose name says that it is a database's; each is checked when it is asked for.
    pub fn from_variables(variables: &Variables) -> Self {
        let urls = variables.ending_with("_DATABASE_URL");
        Self(urls.map(|(name, url)| (name.to_owned(), Secret::new(url))).collect())
    }

    /// The database of a setting; `None` where it is not set.
    ///
    /// # Errors
    /// When it is no Postgres URL.
    pub fn get(&self, variable: &'static str) -> Result<Option<DatabaseUrl>, ConfigError> {
        self.0.get(variable).map(|url| postgres_url(variable, url.expose())).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_is_not_set_is_none_and_one_that_is_wrong_names_its_setting() {
        let own = OwnDatabases::from_variables(&Variables::from_pairs([
            ("INVENTORY_DATABASE_URL", "postgres://i:secret@db/inventory"),
            ("PAYMENT_DATABASE_URL", "mysql://db"),
            ("FULFILMENT_DATABASE_URL", ""),
            ("INVENTORY", "postgres://db"),
        ]));
        let inventory = own.get("INVENTORY_DATABASE_URL").unwrap().unwrap();
        assert_eq!(
            (inventory.to_string(), inventory.variable()),
            ("db/inventory".to_owned(), "INVENTORY_DATABASE_URL")
        );
        assert_eq!(own.get("FULFILMENT_DATABASE_URL").unwrap(), None);
        let wrong = own.get("PAYMENT_DATABASE_URL").unwrap_err().to_string();
        assert!(wrong.starts_with("PAYMENT_DATABASE_URL is not valid: "), "{wrong}");
        assert!(!format!("{own:?}").contains("secret"), "{own:?}");
    }
}
