//! What a request may read, and with what: the data that resolvers share.

use std::sync::Arc;

use async_graphql::Error;
use read_models::ReadDb;
use read_models::query::Visibility;
use service_kit::auth::Scope;
use service_kit::clock::SharedClock;
use service_kit::keyring::KeyRing;

use super::Health;
use crate::access::Viewer;
use crate::consistency::{Consistency, ConsistencyToken};
use crate::cursor::Cursors;
use crate::error::Code;

/// The reading of one request: its viewer, and what is needed to read for them.
pub struct Reading {
    pub viewer: Viewer,
    /// What the viewer may see.
    pub visible: Visibility,
    pub read: ReadDb,
    pub keys: KeyRing,
    pub cursors: Arc<Cursors>,
    pub consistency: Consistency,
    pub health: Health,
    pub clock: SharedClock,
}

impl Reading {
    /// Refuses a viewer whose token lacks a scope.
    pub fn require(&self, scope: Scope) -> Result<(), Error> {
        if self.viewer.may(scope) {
            Ok(())
        } else {
            Err(Code::Forbidden.error(format!("this needs the scope {scope}")))
        }
    }

    /// Waits for the version of a token, if there is one.
    pub async fn wait(&self, token: Option<ConsistencyToken>) -> Result<(), Error> {
        let Some(token) = token else { return Ok(()) };
        let waited = self.consistency.wait(token, self.visible.clone()).await;
        waited.map_err(|error| Code::ConsistencyTimeout.error(error.to_string()))
    }
}
