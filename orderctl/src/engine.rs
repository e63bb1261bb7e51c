//! The engine as this tool reaches it: its address, and tokens for it.

use std::path::PathBuf;

use domain::{CustomerId, TenantId};
use service_kit::auth::{MintError, Role, TokenRequest, mint};
use service_kit::clock::{Clock, SystemClock};
use service_kit::config::{ClientSettings, ConfigError, Variables};

/// A token that was issued elsewhere, used where there is no signing key.
const TOKEN_VARIABLE: &str = "ENGINE_TOKEN";
/// Tokens for this tool's own requests live this long; each request gets a fresh one.
const OWN_LIFETIME_S: u32 = 15 * 60;

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Nothing to sign with.
    #[error(
        "there is no signing key: run `make up`, or set ENGINE_SIGNING_KEY to a private key or {TOKEN_VARIABLE} to a token"
    )]
    NoKey,
    #[error("cannot read the signing key {}", path.display())]
    Unreadable {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the signing key {} cannot sign", path.display())]
    Mint {
        path: PathBuf,
        #[source]
        source: MintError,
    },
    /// A customer's token needs a customer.
    #[error("a token of the role customer needs a customer: add --customer ID")]
    NoCustomer,
}

/// For whom a token is.
#[derive(Debug, Clone)]
pub struct Bearer {
    /// What the holder may do.
    pub role: Role,
    pub tenant: TenantId,
    pub customer: Option<CustomerId>,
}

impl Bearer {
    /// Whoever works for a tenant.
    pub fn staff(tenant: TenantId) -> Self {
        Self { role: Role::Admin, tenant, customer: None }
    }
}

/// Signs development tokens, or passes on the one that was given.
#[derive(Debug, Clone)]
pub struct Tokens {
    key: Key,
    issuer: String,
    audience: String,
}

#[derive(Clone)]
enum Key {
    Signing { path: PathBuf, pem: String },
    Given(String),
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Signing { .. } => "Signing(hidden)",
            Self::Given(_) => "Given(hidden)",
        })
    }
}

impl Tokens {
    /// Reads the signing key that the settings name, else takes the token that they give.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn from_variables(variables: &Variables) -> Result<Self, TokenError> {
        let settings = ClientSettings::from_variables(variables)?;
        let key = match (settings.signing_key, variables.optional(TOKEN_VARIABLE)) {
            (Some(path), _) => match std::fs::read_to_string(&path) {
                Ok(pem) => Key::Signing { path, pem },
                Err(source) => return Err(TokenError::Unreadable { path, source }),
            },
            (None, Some(token)) => Key::Given(token.to_owned()),
            (None, None) => return Err(TokenError::NoKey),
        };
        Ok(Self { key, issuer: settings.issuer, audience: settings.audience })
    }

    /// A token that was issued elsewhere.
    pub fn given(token: &str) -> Self {
        Self { key: Key::Given(token.to_owned()), issuer: String::new(), audience: String::new() }
    }

    /// A token.
    ///
    /// # Errors
    /// [`TokenError`] when the key cannot sign, or a customer's token lacks the customer.
    pub fn token(&self, bearer: &Bearer, lifetime_s: u32) -> Result<String, TokenError> {
        if matches!(bearer.role, Role::Customer) && bearer.customer.is_none() {
            return Err(TokenError::NoCustomer);
        }
        let (path, pem) = match &self.key {
            Key::Given(token) => return Ok(token.clone()),
            Key::Signing { path, pem } => (path, pem),
        };
        let subject = bearer.customer.as_ref().map_or_else(|| bearer.role.as_str().to_owned(), ToString::to_string);
        let request = TokenRequest {
            issuer: self.issuer.clone(),
            audience: self.audience.clone(),
            subject,
            tenant: bearer.tenant.clone(),
            customer: bearer.customer.clone(),
            scopes: bearer.role.scopes(),
            lifetime_s,
        };
        mint(pem, &request, SystemClock.now()).map_err(|source| TokenError::Mint { path: path.clone(), source })
    }
}

/// The address of the engine, and the token to send.
#[derive(Debug, Clone)]
pub struct Engine {
    /// Its address, without a slash at the end.
    pub url: String,
    pub http: reqwest::Client,
    tokens: Tokens,
    bearer: Bearer,
}

impl Engine {
    /// The engine that the settings name.
    ///
    /// # Errors
    /// [`TokenError`] when there is no way to ask in somebody's name.
    pub fn from_variables(variables: &Variables, bearer: Bearer) -> Result<Self, TokenError> {
        let url = ClientSettings::from_variables(variables)?.engine_url;
        Ok(Self::new(url, Tokens::from_variables(variables)?, bearer))
    }

    /// An engine by its address.
    pub fn new(url: String, tokens: Tokens, bearer: Bearer) -> Self {
        Self { url, http: reqwest::Client::new(), tokens, bearer }
    }

    /// The same engine as imports reach it.
    pub fn of_imports(self) -> order_import::Engine {
        order_import::Engine::new(self.url.clone(), move || Ok(self.token()?))
    }

    /// A fresh token for one request.
    ///
    /// # Errors
    /// [`TokenError`] when the key cannot sign.
    pub fn token(&self) -> Result<String, TokenError> {
        self.tokens.token(&self.bearer, OWN_LIFETIME_S)
    }
}
