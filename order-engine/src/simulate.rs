//! Servers to test against.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use carrier_simulator::{
    Faults as CarrierFaults, Options as CarrierOptions, Rates as CarrierRates, Simulator as Carriers,
    WebhookTarget as CarrierWebhooks,
};
use clap::Args;
use payment_simulator::{Faults, Options, Rates, Simulator, WebhookTarget};
use service_kit::BoxError;
use service_kit::clock::{Ids, SystemClock, SystemIds};
use service_kit::config::Secret;
use service_kit::http::ServeOptions;
use service_kit::shutdown::on_signal;
use service_kit::standard_webhooks::WebhookKey;
use tokio::net::TcpListener;

/// How long requests in flight may take to end after SIGTERM.
const DRAIN_MS: u64 = 1_000;

/// How the payment provider behaves. Rates are shares of requests, from 0 to 1.
#[derive(Debug, Args)]
pub(crate) struct PaymentArgs {
    /// Where it listens.
    #[arg(long, default_value = "127.0.0.1:12111")]
    listen: SocketAddr,
    /// Of its ids and its faults. Without it another one at every start, so that a restarted one gives no id a second time.
    #[arg(long)]
    seed: Option<u64>,
    /// Milliseconds before each answer.
    #[arg(long, default_value_t = 0)]
    latency_ms: u64,
    /// Requests that are answered 429 and have no effect.
    #[arg(long, default_value_t = 0.0)]
    rate_limited: f64,
    /// Requests that are answered 500 and have no effect.
    #[arg(long, default_value_t = 0.0)]
    error: f64,
    /// Requests that are answered 500 and have their effect.
    #[arg(long, default_value_t = 0.0)]
    error_after: f64,
    /// Requests that are never answered and have no effect.
    #[arg(long, default_value_t = 0.0)]
    silent: f64,
    /// Requests that are never answered and have their effect.
    #[arg(long, default_value_t = 0.0)]
    silent_after: f64,
    /// Where webhooks go, such as http://127.0.0.1:8080/v1/webhooks/stripe.
    #[arg(long, requires = "webhook_secret")]
    webhook_url: Option<String>,
    /// Signs webhooks; the engine's STRIPE_WEBHOOK_SECRET.
    #[arg(long, env = "STRIPE_WEBHOOK_SECRET", hide_env_values = true)]
    webhook_secret: Option<String>,
}

/// Runs a payment provider until SIGTERM.
pub(crate) async fn payments(args: PaymentArgs) -> Result<(), BoxError> {
    let PaymentArgs { listen, seed, latency_ms, rate_limited, error, error_after, silent, silent_after, .. } = args;
    let seed = seed.unwrap_or_else(|| SystemIds.random().as_u64_pair().1);
    let rates = Rates { rate_limited, error, error_after, silent, silent_after };
    let webhooks = args
        .webhook_url
        .zip(args.webhook_secret)
        .map(|(url, secret)| WebhookTarget { url, secret: Secret::new(secret) });
    let faults = Faults { latency_ms, rates, ..Faults::default() };
    let simulator = Simulator::new(Arc::new(SystemClock), Options { seed, faults, webhooks });
    let stop = on_signal()?;
    let listener = TcpListener::bind(listen).await?;
    println!(
        "a payment provider of seed {seed} listens on http://{}; STRIPE_API_KEY may be any key that begins with sk_test_",
        listener.local_addr()?
    );
    let options = ServeOptions::new(Duration::from_millis(DRAIN_MS));
    service_kit::http::serve(listener, simulator.router(), stop, options).await?;
    Ok(())
}

/// How carriers behave. Rates are shares of requests, from 0 to 1.
#[derive(Debug, Args)]
pub(crate) struct CarrierArgs {
    /// Where they listen. The URL of a carrier is this and its name, such as http://127.0.0.1:8095/postal.
    #[arg(long, default_value = "127.0.0.1:8095")]
    listen: SocketAddr,
    /// Of their tracking numbers and their faults. Without it another one at every start, so that a restarted one gives no number a
    /// second time.
    #[arg(long)]
    seed: Option<u64>,
    /// So many seconds of carrying in one of the clock's: 1440 carries a parcel that takes a day in a minute. At 0 parcels move only
    /// when they are told to.
    #[arg(long, default_value_t = 1)]
    speed: u32,
    /// Milliseconds before each answer.
    #[arg(long, default_value_t = 0)]
    latency_ms: u64,
    /// Requests that are answered 500 and have no effect.
    #[arg(long, default_value_t = 0.0)]
    error: f64,
    /// Requests that are answered 500 and have their effect.
    #[arg(long, default_value_t = 0.0)]
    error_after: f64,
    /// Requests that are never answered and have no effect.
    #[arg(long, default_value_t = 0.0)]
    silent: f64,
    /// Requests that are never answered and have their effect.
    #[arg(long, default_value_t = 0.0)]
    silent_after: f64,
    /// Where webhooks go, such as http://127.0.0.1:8080/v1/webhooks/carriers; the name of the carrier is appended.
    #[arg(long, requires = "webhook_secret")]
    webhook_url: Option<String>,
    /// Signs webhooks; the engine's SHIPPING_WEBHOOK_SECRET.
    #[arg(long, env = "SHIPPING_WEBHOOK_SECRET", hide_env_values = true)]
    webhook_secret: Option<String>,
}

/// Runs carriers until SIGTERM.
pub(crate) async fn carrier(args: CarrierArgs) -> Result<(), BoxError> {
    let CarrierArgs { listen, seed, speed, latency_ms, error, error_after, silent, silent_after, .. } = args;
    let seed = seed.unwrap_or_else(|| SystemIds.random().as_u64_pair().1);
    let rates = CarrierRates { error, error_after, silent, silent_after, ..CarrierRates::default() };
    let target = args.webhook_url.zip(args.webhook_secret).map(|(url, secret)| {
        let key = WebhookKey::parse(&Secret::new(secret))?;
        Ok::<_, BoxError>(CarrierWebhooks { url, key })
    });
    let faults = CarrierFaults { latency_ms, rates, ..CarrierFaults::default() };
    let options = CarrierOptions { seed, speed, faults, webhooks: target.transpose()? };
    let simulator = Carriers::new(Arc::new(SystemClock), options);
    let stop = on_signal()?;
    let listener = TcpListener::bind(listen).await?;
    println!(
        "carriers of seed {seed} listen on http://{}/NAME and carry at a speed of {speed}; SHIPPING_CARRIER_KEY may be any key",
        listener.local_addr()?
    );
    let carrying = {
        let (simulator, stop) = (simulator.clone(), stop.clone());
        tokio::spawn(async move { simulator.run(stop).await })
    };
    let options = ServeOptions::new(Duration::from_millis(DRAIN_MS));
    service_kit::http::serve(listener, simulator.router(), stop, options).await?;
    carrying.await?;
    Ok(())
}
