//! Help for tests of this crate and others: throw-away databases, tokens, a mail server and a limit of waiting. Only with feature `testing`.

mod database;
mod issuer;
pub mod mail_server;

use std::fs::File;
use std::path::Path;
use std::time::Duration;

pub use database::TestDatabase;
pub use issuer::TestIssuer;

/// The longest that a test waits for what has to come. It is no measure of speed: it is long enough for a machine that is many times slower
/// than a developer's, so that only what never comes fails a test.
pub const PATIENCE: Duration = Duration::from_mins(5);

/// Waits until no other process has an engine at the address that a stack has for one, on the same databases and topics; others wait until
/// this process ends. `state` is the stack's folder, `ORDERS_STATE`.
///
/// # Panics
/// When the folder cannot be written to.
pub fn wait_for_turn_with_engine(state: &Path) {
    let turn = File::create(state.join("engine.lock")).expect("the stack's folder can be written to");
    turn.lock().expect("the stack's folder is on a file system with locks");
    std::mem::forget(turn);
}
