//! The way of a share of the streams into the store: a queue before a writer, and a short cut while nobody queues.
//!
//! A command that is alone inserts from its own task. Each hand-over to another task costs about as much as the statement,
//! and a quiet shop's commands are mostly alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Mutex, Notify, OwnedSemaphorePermit, Semaphore, mpsc};

use super::request::{Append, AppendError, Pending};
use super::session::Session;
use super::writer::{Writer, outcome_is_unknown};
use crate::StoreOptions;
use crate::store::Connector;

/// The connection of a lane. Whoever inserts holds it; none until the writer has opened one.
pub(super) type SharedSession = Arc<Mutex<Option<Session>>>;

pub(crate) struct Lane {
    queue: mpsc::Sender<Pending>,
    session: SharedSession,
    /// Commands between their coming and their answer.
    inside: AtomicUsize,
    appended: Arc<Notify>,
}

/// A command that is inside, until dropped.
struct Inside<'a>(&'a AtomicUsize);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Lane {
    /// Starts the lane's writer.
    pub(crate) fn open(
        connector: Connector,
        options: StoreOptions,
        appended: Arc<Notify>,
        suspects: Arc<Semaphore>,
    ) -> Self {
        let (queue, waiting) = mpsc::channel(options.queue_commands_max);
        let session = SharedSession::default();
        let writer = Writer::new(connector, options, Arc::clone(&appended), suspects, Arc::clone(&session));
        tokio::spawn(writer.run(waiting));
        Self { queue, session, inside: AtomicUsize::new(0), appended }
    }

    /// Stores all of an append, or nothing.
    pub(crate) async fn append(&self, append: Append, room: OwnedSemaphorePermit) -> Result<(), AppendError> {
        let others = self.inside.fetch_add(1, Ordering::Relaxed);
        let _inside = Inside(&self.inside);
        let stream = append.stream.clone();
        let (mut pending, answer) = Pending::new(append, room);
        if others == 0 {
            match self.alone(pending).await {
                Ok(()) => return Ok(()),
                Err(refused) => pending = refused,
            }
        }
        self.queue.try_send(pending).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(pending) => pending.told_truly(AppendError::Overloaded),
            mpsc::error::TrySendError::Closed(pending) => pending.told_truly(AppendError::Unavailable),
        })?;
        // A writer that ends with its runtime may have sent what it does not answer.
        answer.await.unwrap_or(Err(AppendError::Unknown { stream }))
    }

    /// Inserts one command without the writer. What does not pass at once is given back for the writer, who knows the cures.
    async fn alone(&self, mut pending: Pending) -> Result<(), Pending> {
        let Ok(session) = self.session.try_lock() else { return Err(pending) };
        let Some(session) = session.as_ref().filter(|session| !session.client.is_closed()) else { return Err(pending) };
        match session.insert(std::slice::from_ref(&pending)).await {
            Ok(()) => {
                self.appended.notify_one();
                Ok(())
            }
            Err(error) => {
                tracing::debug!(error = &error as &dyn std::error::Error, "a lone append goes to the writer");
                pending.unsure = outcome_is_unknown(&error);
                Err(pending)
            }
        }
    }
}
