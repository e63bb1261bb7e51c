//! The provider of payments, in the test's own process: an engine that is killed does not end it.

use std::sync::Arc;

use payment_simulator::{
    EntryKind, Fault, Faults, Operation, Options, PlannedFault, Simulator, WebhookMode, WebhookTarget,
};
use service_kit::clock::{SharedClock, SystemClock};
use service_kit::config::Secret;
use tokio::net::TcpListener;

use crate::stack::Stack;

const WEBHOOK_SECRET: &str = "whsec_test";

pub struct Provider {
    simulator: Simulator,
    url: String,
}

impl Provider {
    /// Starts a provider that sends each webhook twice to an engine that is to listen at an address, and tells the stack's engines
    /// where it is.
    pub async fn start(stack: &mut Stack, engine: &str) -> Self {
        Self::start_on(stack, engine, Arc::new(SystemClock)).await
    }

    /// The same on a clock, which is the engine's: a webhook says when it was sent.
    pub async fn start_on(stack: &mut Stack, engine: &str, clock: SharedClock) -> Self {
        let webhooks =
            WebhookTarget { url: format!("http://{engine}/v1/webhooks/stripe"), secret: Secret::new(WEBHOOK_SECRET) };
        let options = Options { seed: 7, faults: usual(), webhooks: Some(webhooks) };
        let simulator = Simulator::new(clock, options);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = simulator.router();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let settings = [
            ("STRIPE_API_URL", url.as_str()),
            ("STRIPE_API_KEY", "sk_test_simulated"),
            ("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET),
        ];
        stack.variables.extend(settings.map(|(name, value)| (name.to_owned(), value.to_owned())));
        Self { simulator, url }
    }

    /// Lets the next capture have its effect and no answer, and sends no webhook meanwhile.
    pub fn is_silent_about_a_capture(&self) {
        let silent = PlannedFault { operation: Some(Operation::Capture), payment: None, fault: Fault::SilentAfter };
        self.simulator.set_faults(Faults { planned: vec![silent], webhooks: WebhookMode::Held, ..Faults::default() });
    }

    /// Sends the webhooks that were held, each twice and the last one first, and goes on as usual.
    pub async fn speaks_again(&self) {
        self.simulator.set_faults(usual());
        let release = serde_json::json!({"reversed": true, "times": 2});
        let url = format!("{}/_simulator/webhooks/release", self.url);
        let answer = reqwest::Client::new().post(url).json(&release).send().await.unwrap();
        let answer: serde_json::Value = answer.json().await.unwrap();
        let statuses = answer["statuses"].as_array().unwrap();
        assert!(!statuses.is_empty() && statuses.iter().all(|status| *status == 204), "{answer}");
    }

    /// Fails for some payments, as planned. Otherwise it goes on as usual.
    pub fn fails(&self, planned: Vec<PlannedFault>) {
        let mut faults = usual();
        faults.planned = planned;
        self.simulator.set_faults(faults);
    }

    /// The authorisation of a payment is given up at the provider, of which nobody was told to.
    pub async fn cancels(&self, payment: &str) {
        let ledger = self.simulator.ledger();
        let entry = ledger.iter().find(|entry| entry.payment == payment).unwrap();
        let url = format!("{}/v1/payment_intents/{}/cancel", self.url, entry.payment_intent);
        let answer = reqwest::Client::new().post(url).bearer_auth("sk_test_simulated").send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }

    /// How often it has booked something of a kind.
    pub fn count(&self, kind: EntryKind) -> usize {
        self.simulator.ledger().iter().filter(|entry| entry.kind == kind).count()
    }

    /// What it booked of a payment, in order, in minor units.
    pub fn booked(&self, payment: &str) -> Vec<(EntryKind, i64)> {
        let ledger = self.simulator.ledger().into_iter();
        ledger.filter(|entry| entry.payment == payment).map(|entry| (entry.kind, entry.amount)).collect()
    }
}

/// It does not fail, and sends each webhook twice.
fn usual() -> Faults {
    Faults { webhooks: WebhookMode::Twice, ..Faults::default() }
}
