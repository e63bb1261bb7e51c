//! The relay against real Postgres, Kafka and registry. Each test has a log and topics of its own.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod exactly_once;
mod lost_answers;
mod proxy;
mod refusals;
mod support;
