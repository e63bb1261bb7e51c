//! The engine itself as a contender, on the stack that `make bench` starts.

use std::time::Duration;

use domain::{TenantId, Timestamp};
use order_engine::{Role, Surroundings, serve_in};
use service_kit::auth::{TokenRequest, mint};
use service_kit::clock::SystemIds;
use service_kit::config::{DatabaseSettings, MessagingSettings, Settings, TopicSettings, Variables};
use service_kit::poll::wait_until;
use tokio_util::sync::CancellationToken;

/// How long the engine may take to be ready.
const START: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(50);
/// Longer than any benchmark, also one whose clock is faster.
const TOKEN_LIFETIME_S: u32 = 3 * 366 * 86_400;
/// Whose token the benchmarks of single parts have.
const TENANT: &str = "default";

pub struct Engine {
    pub settings: Settings,
    pub address: String,
    pub token: String,
    signing_key: String,
    now: Timestamp,
    stop: CancellationToken,
}

impl Engine {
    /// Prepares the stack and starts some roles in this process.
    pub async fn start(roles: &'static [Role]) -> Self {
        Self::start_in(roles, TENANT, &[], Surroundings::default()).await
    }

    /// The same with more settings, which win over those of the stack, and in surroundings of the caller's. The token is one of the
    /// tenant's, from the clock's now on.
    pub async fn start_in(
        roles: &'static [Role],
        tenant: &str,
        more: &[(&str, &str)],
        surroundings: Surroundings,
    ) -> Self {
        let variables = Variables::from_pairs(more.iter().copied()).or(Variables::load().unwrap());
        let keys = std::path::Path::new(variables.required("ORDERS_STATE").unwrap()).join("keys");
        order_engine::keys(&keys, &SystemIds).unwrap();
        let settings = Settings::from_variables(&variables).unwrap();
        let databases = DatabaseSettings::from_variables(&variables).unwrap();
        order_engine::migrate(&databases).await.unwrap();
        let messaging = MessagingSettings::from_variables(&variables).unwrap();
        let topics = TopicSettings::from_variables(&variables).unwrap();
        order_engine::topics(&databases, &messaging, &topics).await.unwrap();
        order_engine::schemas(&messaging).await.unwrap();
        let address = settings.http.listen.to_string();
        let stop = CancellationToken::new();
        let now = surroundings.clock.now();
        tokio::spawn(serve_in(settings.clone(), roles, surroundings, stop.clone()));
        let url = format!("http://{address}/readyz");
        let ready =
            wait_until(START, LOOK, async || reqwest::get(&url).await.is_ok_and(|answer| answer.status().is_success()));
        ready.await.unwrap();
        let signing_key = std::fs::read_to_string(keys.join("signing.pem")).unwrap();
        let token = token(&settings, &signing_key, tenant, now);
        Self { settings, address, token, signing_key, now, stop }
    }

    /// An admin's token of another tenant.
    pub fn token_of(&self, tenant: &str) -> String {
        token(&self.settings, &self.signing_key, tenant, self.now)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn token(settings: &Settings, signing_key: &str, tenant: &str, now: Timestamp) -> String {
    let request = TokenRequest {
        issuer: settings.jwt.issuer.clone(),
        audience: settings.jwt.audience.clone(),
        subject: "bench".to_owned(),
        tenant: TenantId::try_new(tenant).unwrap(),
        customer: None,
        scopes: service_kit::auth::Role::Admin.scopes(),
        lifetime_s: TOKEN_LIFETIME_S,
    };
    mint(signing_key, &request, now).unwrap()
}
