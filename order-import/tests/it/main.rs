//! Imports through HTTP.

#![expect(clippy::unwrap_used, reason = "a test ends at its first surprise")]

mod over_http;
