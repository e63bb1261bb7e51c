//! The append queue: a share of the streams waits here for its writer, and a command that waits behind nobody skips the
//! queue.
//!
//! A command that is alone inserts from its own task: each hand-over to another task costs about as much as the
//! statement, and under low load most commands are alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::connector::Connector;
use super::failure::outcome_is_unknown;
use super::request::{Append, AppendError, Pending};
use super::session::SharedSession;
use super::writer::Writer;
use crate::StoreOptions;
use crate::wake::Appended;

/// A bounded queue of appends with the writer that empties it.
pub(crate) struct AppendQueue {
    waiting: mpsc::Sender<Pending>,
    session: SharedSession,
    /// Commands that have arrived and are not answered yet.
    in_flight: AtomicUsize,
    appended: Appended,
}

/// Counts one command as in flight until it is dropped.
struct InFlight<'a>(&'a AtomicUsize);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl AppendQueue {
    /// Opens the queue and starts its writer.
    pub(crate) fn open(
        connector: Connector,
        options: StoreOptions,
        appended: Appended,
        isolated_appends: Arc<Semaphore>,
    ) -> Self {
        let (waiting, queue) = mpsc::channel(options.queue_commands_max);
        let session = SharedSession::default();
        let writer = Writer::new(connector, options, appended.clone(), isolated_appends, Arc::clone(&session));
        tokio::spawn(writer.run(queue));
        Self { waiting, session, in_flight: AtomicUsize::new(0), appended }
    }

    /// Stores all of an append, or nothing.
    pub(crate) async fn append(&self, append: Append, room: OwnedSemaphorePermit) -> Result<(), AppendError> {
        let others = self.in_flight.fetch_add(1, Ordering::Relaxed);
        let _in_flight = InFlight(&self.in_flight);
        let stream = append.first.stream.clone();
        let (mut pending, answer) = Pending::new(append, room);
        if others == 0 {
            match self.insert_directly(pending).await {
                Ok(()) => return Ok(()),
                Err(refused) => pending = refused,
            }
        }
        self.waiting.try_send(pending).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(pending) => pending.caller_error(AppendError::Overloaded),
            mpsc::error::TrySendError::Closed(pending) => pending.caller_error(AppendError::Unavailable),
        })?;
        // A writer that ends with its runtime may have sent a statement whose outcome it does not report.
        answer.await.unwrap_or(Err(AppendError::Unknown { stream }))
    }

    /// Inserts one command without the writer. A command that fails is given back for the writer, which handles
    /// failures.
    async fn insert_directly(&self, mut pending: Pending) -> Result<(), Pending> {
        let Ok(session) = self.session.try_lock() else { return Err(pending) };
        let Some(session) = session.as_ref().filter(|session| !session.client.is_closed()) else { return Err(pending) };
        match session.insert(std::slice::from_ref(&pending)).await {
            Ok(()) => {
                self.appended.notify();
                Ok(())
            }
            Err(error) => {
                tracing::debug!(error = &error as &dyn std::error::Error, "a lone append goes to the writer");
                pending.may_be_stored = outcome_is_unknown(&error);
                Err(pending)
            }
        }
    }
}
