//! Parses a database URL and removes the options that tokio-postgres does not know.

use std::path::PathBuf;

use tokio_postgres::config::SslMode;

use crate::certificates::named_in_url;

/// What is wrong with a database URL. The URL itself is left out, since it may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum UrlError {
    /// The URL does not parse.
    #[error("not a Postgres URL such as postgres://user:password@127.0.0.1:5433/orders")]
    Malformed(#[source] tokio_postgres::Error),
    /// `sslmode` has an unknown value.
    #[error("sslmode must be disable, allow, prefer, require, verify-ca or verify-full")]
    SslMode,
    /// `sslrootcert` is set, but the `sslmode` does not verify.
    #[error("sslrootcert needs sslmode=require, verify-ca or verify-full")]
    RootsUnused,
}

/// A parsed URL.
#[derive(Debug)]
pub(super) struct Target {
    pub config: tokio_postgres::Config,
    /// PEM file of the trusted authorities. `None` trusts the public ones.
    pub roots: Option<PathBuf>,
}

pub(super) fn parse(url: &str) -> Result<Target, UrlError> {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let mut kept = Vec::new();
    let mut mode = SslMode::Disable;
    let mut roots = None;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("sslmode", value)) => mode = ssl_mode(value)?,
            Some(("sslrootcert", value)) => roots = Some(named_in_url(value)),
            _ => kept.push(pair),
        }
    }
    if roots.is_some() && mode != SslMode::Require {
        return Err(UrlError::RootsUnused);
    }
    let plain = format!("{base}?{}", kept.join("&"));
    let plain = plain.trim_end_matches('?');
    let mut config: tokio_postgres::Config = plain.parse().map_err(UrlError::Malformed)?;
    config.ssl_mode(mode);
    Ok(Target { config, roots })
}

fn ssl_mode(value: &str) -> Result<SslMode, UrlError> {
    match value {
        // `prefer` does not protect against an attacker who can change packets, so it is not worth a handshake.
        "disable" | "allow" | "prefer" => Ok(SslMode::Disable),
        "require" | "verify-ca" | "verify-full" => Ok(SslMode::Require),
        _ => Err(UrlError::SslMode),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_options_are_taken_out_and_others_kept() {
        let target =
            parse("postgres://u:p@db:5433/orders?sslmode=verify-full&connect_timeout=3&sslrootcert=%2Fca.pem").unwrap();
        assert_eq!(target.config.get_ssl_mode(), SslMode::Require);
        assert_eq!(target.config.get_connect_timeout(), Some(&std::time::Duration::from_secs(3)));
        assert_eq!(target.roots, Some(PathBuf::from("/ca.pem")));
        assert_eq!(target.config.get_dbname(), Some("orders"));
    }

    #[test]
    fn a_file_of_authorities_may_have_any_name() {
        let target = parse("postgres://db/orders?sslmode=require&sslrootcert=%2fetc/our%20ca%26more.pem").unwrap();
        assert_eq!(target.roots, Some(PathBuf::from("/etc/our ca&more.pem")));
    }

    #[test]
    fn a_url_without_options_is_plain() {
        assert_eq!(parse("postgres://db/orders").unwrap().config.get_ssl_mode(), SslMode::Disable);
    }

    #[test]
    fn wrong_urls_are_refused_without_showing_them() {
        assert!(matches!(parse("postgres://db/x?sslmode=maybe"), Err(UrlError::SslMode)));
        assert!(matches!(parse("postgres://db/x?sslrootcert=/ca"), Err(UrlError::RootsUnused)));
        let text = crate::errors::chain(&parse("postgres://u:hunter2@db:port/x").unwrap_err());
        assert!(text.starts_with("not a Postgres URL") && !text.contains("hunter2"), "{text}");
    }
}
