//! Help for tests of this crate and others: throw-away databases and tokens. Only with feature `testing`.

mod database;
mod issuer;

pub use database::TestDatabase;
pub use issuer::TestIssuer;
