//! What all services share: configuration, clock, shutdown, telemetry, HTTP server, authentication and connections.
//!
//! Only this crate uses the environment, the clock, randomness, signals and sleeping. Other crates get them as values
//! ([`clock::Clock`], [`clock::Ids`], settings, cancellation tokens) and stay testable. It knows nothing of orders,
//! Kafka or read models.

pub mod audit;
pub mod auth;
pub mod backoff;
pub mod breaker;
pub mod certificates;
#[expect(clippy::disallowed_methods, reason = "the one module that reads clocks and draws random numbers")]
pub mod clock;
pub mod config;
pub mod errors;
pub mod fairness;
pub mod http;
pub mod keyring;
pub mod keys;
pub mod outside;
#[expect(clippy::disallowed_methods, reason = "the one module that sleeps")]
pub mod poll;
pub mod postgres;
pub mod problem;
pub mod random;
pub mod serving_threads;
pub mod shutdown;
pub mod standard_webhooks;
pub mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;

/// Any error, boxed, as tasks and checks report it.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
