//! The kit against a real Postgres, real sockets and real tokens.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod auth;
mod http;
mod keyring;
mod observe;
mod postgres;
mod requests;
