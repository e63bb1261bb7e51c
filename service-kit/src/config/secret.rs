//! Values that must not show in logs.

use std::fmt;

/// A text that only [`Secret::expose`] reveals.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

/// The URL of a database with the variable that it came from. Displays without user, password and options.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    variable: &'static str,
    url: Secret,
}

impl DatabaseUrl {
    /// A `postgres://` URL from the named variable. It is checked when it is used.
    pub fn new(variable: &'static str, url: impl Into<String>) -> Self {
        Self { variable, url: Secret::new(url) }
    }

    /// The variable that it came from, for error texts.
    pub const fn variable(&self) -> &'static str {
        self.variable
    }

    /// The URL with its password.
    pub fn expose(&self) -> &str {
        self.url.expose()
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.url.expose();
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let rest = rest.split_once('?').map_or(rest, |(rest, _)| rest);
        f.write_str(rest.rsplit_once('@').map_or(rest, |(_, place)| place))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({} from {})", self, self.variable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_show() {
        let url = DatabaseUrl::new("ORDERS_DATABASE_URL", "postgres://shop:p@ss@db:5432/orders?sslmode=require");
        assert_eq!(url.to_string(), "db:5432/orders");
        assert_eq!(format!("{url:?}"), "DatabaseUrl(db:5432/orders from ORDERS_DATABASE_URL)");
        assert_eq!(format!("{:?}", Secret::new("x")), "Secret(hidden)");
    }
}
