//! The endpoints of bank transfers: what statements show, entries that matched nothing, and what is to be sent.

mod entries;
mod outgoing;
mod statements;
mod view;

use command_kit::http::form::Text;
use command_kit::{Caller, Refusal};
use domain::Scope;
use utoipa_axum::router::OpenApiRouter;

use crate::context::AppState;

/// Most rows of an answer.
const PAGE_MAX: u16 = 500;

/// Where a page is full: what its last row is asked to be followed by.
fn next_of<Row, Key: Clone>(rows: &[Row], key: impl Fn(&Row) -> &Key) -> Option<Key> {
    rows.last().filter(|_| rows.len() == usize::from(PAGE_MAX)).map(key).cloned()
}

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    statements::routes().merge(entries::routes()).merge(outgoing::routes())
}

/// The forms of all texts of requests.
pub(crate) fn texts() -> impl Iterator<Item = &'static Text> {
    [statements::TEXTS, entries::TEXTS].into_iter().flatten()
}

/// Only staff sees what others have transferred.
fn require(caller: &Caller, scope: Scope) -> Result<(), Refusal> {
    caller.require(Scope::TENANT_STAFF)?;
    caller.require(scope)
}
