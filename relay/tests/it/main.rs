//! The relay against real Postgres, Kafka and registry. Each test has a log and topics of its own.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod beginnings;
mod exactly_once;
mod hanging;
mod lost_answers;
mod other_releases;
mod proxy;
mod refusals;
mod requests;
mod support;
mod topics;
