//! The commands through their HTTP routes, on a real Postgres.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod access;
mod bad_input;
mod contact;
mod description;
mod draft_expiry;
mod drafts;
mod erasure;
mod fairness;
mod idempotency;
mod imports;
mod outage;
mod overload;
mod preconditions;
mod progress;
mod validate;
mod world;
