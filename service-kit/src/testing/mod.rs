//! Help for tests of this crate and others: throw-away databases, tokens and a mail server. Only with feature `testing`.

mod database;
mod issuer;
pub mod mail_server;

pub use database::TestDatabase;
pub use issuer::TestIssuer;
