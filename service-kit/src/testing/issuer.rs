//! Tokens for tests, signed with a newly created key.

use std::path::PathBuf;

use domain::{CustomerId, TenantId};

use crate::auth::{Role, Scope, Scopes, TokenRequest, Verifier, mint, public_key_set};
use crate::clock::{Ids, SharedClock, SystemIds};
use crate::config::JwtSettings;
use crate::keys::signing_key_pem;

/// Lifetime of tokens: an hour. Tests of expiry move their clock.
const LIFETIME_S: u32 = 3_600;

/// Issues tokens and creates verifiers that accept them.
#[derive(Debug)]
pub struct TestIssuer {
    signing_key: String,
    settings: JwtSettings,
    clock: SharedClock,
    verifier: Verifier,
}

impl TestIssuer {
    /// Creates a key and a verifier that trusts it.
    ///
    /// # Panics
    /// When the folder for temporary files cannot be written.
    pub async fn new(clock: SharedClock) -> Self {
        let signing_key = signing_key_pem().expect("a key can be generated");
        let file: PathBuf = std::env::temp_dir().join(format!("jwks-{}.json", SystemIds.random()));
        let set = public_key_set(&signing_key).expect("the key has just been generated");
        tokio::fs::write(&file, set).await.expect("temporary files can be written");
        let settings = JwtSettings {
            jwks: file.to_string_lossy().into_owned(),
            issuer: "test-issuer".to_owned(),
            audience: "order-engine".to_owned(),
        };
        let verifier = Verifier::load(&settings, clock.clone()).await.expect("the key set has just been written");
        Self { signing_key, settings, clock, verifier }
    }

    /// Settings of a verifier of these tokens. The key set's file lives as long as this value.
    pub const fn settings(&self) -> &JwtSettings {
        &self.settings
    }

    /// A verifier that accepts these tokens.
    pub fn verifier(&self) -> Verifier {
        self.verifier.clone()
    }

    /// A token with a role's scopes.
    pub fn token(&self, role: Role, tenant: &TenantId, customer: Option<&CustomerId>) -> String {
        self.token_with(role.scopes(), tenant, customer)
    }

    /// A token with any scopes. One without a customer belongs to staff and also has the scope `tenant:staff`.
    ///
    /// # Panics
    /// Never: the key was made for this.
    pub fn token_with(&self, scopes: Scopes, tenant: &TenantId, customer: Option<&CustomerId>) -> String {
        let staff = customer.is_none().then_some(Scope::TENANT_STAFF);
        let scopes = scopes.iter().chain(staff.map(Scope::as_str)).collect();
        let request = TokenRequest {
            issuer: self.settings.issuer.clone(),
            audience: self.settings.audience.clone(),
            subject: customer.map_or_else(|| "staff".to_owned(), ToString::to_string),
            tenant: tenant.clone(),
            customer: customer.cloned(),
            scopes,
            lifetime_s: LIFETIME_S,
        };
        mint(&self.signing_key, &request, self.clock.now()).expect("the key was made for this")
    }
}

impl Drop for TestIssuer {
    fn drop(&mut self) {
        // A file left behind in the folder for temporary files does no harm.
        let _ = std::fs::remove_file(&self.settings.jwks);
    }
}
