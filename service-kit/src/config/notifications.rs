//! How customers and merchants are told of orders.

use std::path::PathBuf;

use percent_encoding::percent_decode_str;

use super::variables::http_url;
use super::{ConfigError, Secret, Variables};
use crate::certificates::named_in_url;

/// By which channels is told, and how. A channel without an address is not used.
#[derive(Debug, Clone)]
pub struct NotificationSettings {
    pub smtp: Option<SmtpSettings>,
    pub sms: Option<SmsSettings>,
    /// Base URL of the engine as customers reach it, for links to unsubscribe. Without a slash at the end.
    pub public_url: String,
    /// A folder with templates of tenants; without it all have the engine's own.
    pub templates_dir: Option<PathBuf>,
    /// The language of customers whose own is not known.
    pub locale: String,
    /// What happened longer ago than this is not told, in seconds.
    pub age_s_max: i64,
    /// Whether webhooks may go to private addresses, and without encryption.
    pub private_webhooks: bool,
}

/// A server that takes mails.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    pub host: String,
    pub port: u16,
    pub tls: SmtpTls,
    pub credentials: Option<(String, Secret)>,
    /// A PEM file with the authorities that its certificate may be from; `None` for the public ones.
    pub roots: Option<PathBuf>,
    /// The sender, such as `Shop <shop@example.org>`.
    pub from: String,
}

/// How mails are encrypted on their way to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// From the first byte.
    Implicit,
    /// By STARTTLS, or not at all.
    Required,
    /// By STARTTLS where the server offers it. No password is sent without it.
    Offered,
}

/// A gateway that takes SMS.
#[derive(Debug, Clone)]
pub struct SmsSettings {
    pub url: String,
    pub key: Secret,
    /// Who the SMS is from, as the gateway knows them.
    pub sender: String,
}

const DEFAULT_FROM: &str = "Orders <orders@localhost>";
const DEFAULT_PUBLIC_URL: &str = "http://127.0.0.1:8080";
const DEFAULT_LOCALE: &str = "en";
/// A day.
const DEFAULT_AGE_S_MAX: i64 = 86_400;
const SMTP_PORT: u16 = 587;
const SMTPS_PORT: u16 = 465;

impl NotificationSettings {
    /// Parses `SMTP_URL`, `NOTIFICATION_FROM`, `SMS_GATEWAY_URL`, `SMS_GATEWAY_KEY`, `SMS_SENDER`, `NOTIFICATION_PUBLIC_URL`,
    /// `NOTIFICATION_TEMPLATES_DIR`, `NOTIFICATION_LOCALE`, `NOTIFICATION_AGE_S_MAX` and `WEBHOOK_PRIVATE_ADDRESSES`.
    ///
    /// # Errors
    /// The first variable that is wrong, or absent beside another.
    pub fn from_variables(variables: &Variables) -> Result<Self, ConfigError> {
        let text = |name, default: &str| variables.optional(name).unwrap_or(default).to_owned();
        let smtp =
            variables.optional("SMTP_URL").map(|url| SmtpSettings::parse(url, text("NOTIFICATION_FROM", DEFAULT_FROM)));
        let sms = match variables.optional("SMS_GATEWAY_URL") {
            None => None,
            Some(url) => Some(SmsSettings {
                url: http_url("SMS_GATEWAY_URL", url)?,
                key: Secret::new(variables.required("SMS_GATEWAY_KEY")?),
                sender: variables.required("SMS_SENDER")?.to_owned(),
            }),
        };
        let age_s_max = variables.parsed("NOTIFICATION_AGE_S_MAX", DEFAULT_AGE_S_MAX)?;
        if age_s_max <= 0 {
            return Err(ConfigError::invalid("NOTIFICATION_AGE_S_MAX", "give a number of seconds above zero"));
        }
        let private_webhooks = match variables.optional("WEBHOOK_PRIVATE_ADDRESSES") {
            None | Some("refuse") => false,
            Some("allow") => true,
            Some(_) => return Err(ConfigError::invalid("WEBHOOK_PRIVATE_ADDRESSES", "give allow or refuse")),
        };
        Ok(Self {
            smtp: smtp.transpose()?,
            sms,
            public_url: http_url("NOTIFICATION_PUBLIC_URL", &text("NOTIFICATION_PUBLIC_URL", DEFAULT_PUBLIC_URL))?,
            templates_dir: variables.optional("NOTIFICATION_TEMPLATES_DIR").map(Into::into),
            locale: text("NOTIFICATION_LOCALE", DEFAULT_LOCALE),
            age_s_max,
            private_webhooks,
        })
    }
}

impl SmtpSettings {
    /// Parses `smtp://[user:password@]host[:port][?tls=required][&sslrootcert=FILE]`, or `smtps://…` for encryption from the first
    /// byte. Characters of user, password and file that have a meaning in a URL are written as `%40` and the like.
    fn parse(url: &str, from: String) -> Result<Self, ConfigError> {
        let wrong = |what: &str| ConfigError::invalid("SMTP_URL", what);
        let (scheme, rest) = url.split_once("://").ok_or_else(|| wrong("it begins with smtp:// or smtps://"))?;
        let mut tls = match scheme {
            "smtps" => SmtpTls::Implicit,
            "smtp" => SmtpTls::Offered,
            _ => return Err(wrong("it begins with smtp:// or smtps://")),
        };
        let (rest, options) = rest.split_once('?').unwrap_or((rest, ""));
        let mut roots = None;
        for option in options.split('&').filter(|option| !option.is_empty()) {
            match option.split_once('=') {
                Some(("tls", "required")) if tls == SmtpTls::Offered => tls = SmtpTls::Required,
                Some(("sslrootcert", file)) if !file.is_empty() => roots = Some(named_in_url(file)),
                _ => return Err(wrong("behind ? it takes tls=required, unless it is smtps://…, and sslrootcert=FILE")),
            }
        }
        let (user, server) = rest.rsplit_once('@').map_or((None, rest), |(user, server)| (Some(user), server));
        let credentials = match user.map(|user| user.split_once(':')) {
            None => None,
            Some(Some((name, password))) => Some((decoded(name)?, Secret::new(decoded(password)?))),
            Some(None) => return Err(wrong("a user has a password behind a colon")),
        };
        let default_port = if tls == SmtpTls::Implicit { SMTPS_PORT } else { SMTP_PORT };
        let server = server.trim_end_matches('/');
        let (host, port) = match server.rsplit_once(':') {
            None => (server, default_port),
            Some((host, port)) => (host, port.parse().map_err(|_| wrong("the port is a number"))?),
        };
        if host.is_empty() {
            return Err(wrong("it names a host"));
        }
        Ok(Self { host: host.to_owned(), port, tls, credentials, roots, from })
    }
}

/// A part of the URL without its percent-encoding.
fn decoded(part: &str) -> Result<String, ConfigError> {
    let text = percent_decode_str(part).decode_utf8();
    let text = text.map_err(|_| ConfigError::invalid("SMTP_URL", "what is percent-encoded is UTF-8"))?;
    Ok(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pairs: &[(&str, &str)]) -> Result<NotificationSettings, ConfigError> {
        NotificationSettings::from_variables(&Variables::from_pairs(pairs.iter().copied()))
    }

    fn smtp(url: &str) -> Option<SmtpSettings> {
        parse(&[("SMTP_URL", url)]).ok()?.smtp
    }

    #[test]
    fn nobody_is_told_without_an_address() {
        let settings = parse(&[]).unwrap();
        assert!(settings.smtp.is_none() && settings.sms.is_none() && !settings.private_webhooks);
        assert_eq!(settings.age_s_max, 86_400);
    }

    #[test]
    fn a_mail_server_is_named_by_its_url_and_its_password_does_not_show() {
        let plain = smtp("smtp://127.0.0.1:1025").unwrap();
        assert_eq!((&*plain.host, plain.port, plain.tls), ("127.0.0.1", 1025, SmtpTls::Offered));
        let full = smtp("smtp://shop:a@b@mail.example.org?tls=required").unwrap();
        assert_eq!((&*full.host, full.port, full.tls), ("mail.example.org", 587, SmtpTls::Required));
        assert!(!format!("{full:?}").contains("a@b"));
        assert_eq!(full.credentials.unwrap().1.expose(), "a@b");
        assert_eq!(smtp("smtps://mail.example.org/").unwrap().port, 465);
        for wrong in
            ["mail.example.org", "smtp://", "smtp://user@host", "http://host", "smtp://host:x", "smtps://h?tls=no"]
        {
            assert!(smtp(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_mail_server_may_have_a_certificate_of_its_own_authority_and_a_password_of_any_characters() {
        let own = smtp("smtps://shop%40example.org:a%3Ab%2F%3F@mail.internal?sslrootcert=%2Fetc/our%20ca.pem").unwrap();
        let (user, password) = own.credentials.unwrap();
        assert_eq!((&*user, password.expose()), ("shop@example.org", "a:b/?"));
        assert_eq!(own.roots.unwrap(), PathBuf::from("/etc/our ca.pem"));
        let both = smtp("smtp://mail.internal?tls=required&sslrootcert=ca.pem").unwrap();
        assert_eq!((both.tls, both.roots), (SmtpTls::Required, Some(PathBuf::from("ca.pem"))));
        assert_eq!(smtp("smtp://u:100%@h").unwrap().credentials.unwrap().1.expose(), "100%");
        for wrong in ["smtps://h?tls=required", "smtp://h?sslrootcert=", "smtp://h?ca=x", "smtp://u:%ff@h"] {
            assert!(smtp(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn wrong_values_name_their_variable() {
        for (name, value) in [
            ("NOTIFICATION_AGE_S_MAX", "0"),
            ("WEBHOOK_PRIVATE_ADDRESSES", "yes"),
            ("NOTIFICATION_PUBLIC_URL", "shop"),
            ("SMTP_URL", "shop"),
        ] {
            let text = parse(&[(name, value)]).unwrap_err().to_string();
            assert!(text.starts_with(&format!("{name} is not valid: ")), "{text}");
        }
        let text = parse(&[("SMS_GATEWAY_URL", "https://sms.example.org")]).unwrap_err().to_string();
        assert!(text.starts_with("SMS_GATEWAY_KEY is not set"), "{text}");
    }
}
