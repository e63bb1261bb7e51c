//! Orders all the way: HTTP, Postgres, Kafka, the read models, GraphQL. One engine serves all tests; each has a tenant of
//! its own.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod endpoints;
mod engine;
mod erasure;
mod following;
mod imports;
mod placing;
mod proofs;
mod reserving;
mod tenant;
mod tracing;
mod words;
