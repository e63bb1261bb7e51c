//! The order engine's command-line tool: imports, inspection of orders and events, audits, rebuilds.
//!
//! [`cli`] is the command line, [`run()`] does what it asks. Each verb is a module of its own.

mod args;
pub mod audit;
pub mod bank;
pub mod cli;
mod connections;
pub mod demo;
pub mod dlq;
pub mod engine;
pub mod events;
pub mod export;
pub mod fulfilments;
pub mod import;
pub mod jobs;
pub mod lag;
pub mod notifications;
pub mod orders;
pub mod privacy;
pub mod replay;
pub mod requests;
mod run;
pub mod saga;
pub mod sample;
pub mod stats;
pub mod stock;
pub mod stock_import;
pub mod timers;
pub mod token;
pub mod webhooks;

pub use run::{Ending, run};
