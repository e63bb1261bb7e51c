//! Help for tests of this crate and others: throw-away databases, tokens, a mail server and a limit of waiting. Only with feature `testing`.

mod database;
mod issuer;
pub mod mail_server;

use std::time::Duration;

pub use database::TestDatabase;
pub use issuer::TestIssuer;

/// The longest that a test waits for what has to come. It is no measure of speed: it is long enough for a machine that is many times slower
/// than a developer's, so that only what never comes fails a test.
pub const PATIENCE: Duration = Duration::from_mins(5);
