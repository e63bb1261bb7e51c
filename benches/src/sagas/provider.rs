//! The payment provider, in this process: an engine that is killed does not end it, and its books can be read.

use std::sync::Arc;

use payment_simulator::{Entry, Faults, Options, Rates, Simulator, WebhookTarget};
use service_kit::clock::{SharedClock, SystemClock};
use service_kit::config::Secret;
use tokio::net::TcpListener;

/// Signs webhooks.
const WEBHOOK_SECRET: &str = "whsec_bench";

pub struct Provider {
    simulator: Simulator,
    url: String,
}

impl Provider {
    /// Starts a provider that sends webhooks to an engine.
    pub async fn start(engine: &str) -> Self {
        let webhooks =
            WebhookTarget { url: format!("http://{engine}/v1/webhooks/stripe"), secret: Secret::new(WEBHOOK_SECRET) };
        Self::begin(Arc::new(SystemClock), Some(webhooks)).await
    }

    /// Starts a provider that has a clock of the caller's and sends no webhooks: what a fast clock signs is too old when it arrives.
    pub async fn start_by(clock: SharedClock) -> Self {
        Self::begin(clock, None).await
    }

    async fn begin(clock: SharedClock, webhooks: Option<WebhookTarget>) -> Self {
        let options = Options { seed: 7, faults: Faults::default(), webhooks };
        let simulator = Simulator::new(clock, options);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = simulator.router();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { simulator, url }
    }

    /// What an engine needs to know of it.
    pub fn settings(&self) -> [(&'static str, &str); 3] {
        [
            ("STRIPE_API_URL", &self.url),
            ("STRIPE_API_KEY", "sk_test_simulated"),
            ("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET),
        ]
    }

    /// From now on a share of its requests has its effect and no answer.
    pub fn is_silent_about(&self, share: f64) {
        let rates = Rates { silent_after: share, ..Rates::default() };
        self.simulator.set_faults(Faults { rates, ..Faults::default() });
    }

    /// Its books.
    pub fn ledger(&self) -> Vec<Entry> {
        self.simulator.ledger()
    }
}
