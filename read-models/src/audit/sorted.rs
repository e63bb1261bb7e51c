//! Sorted streams, read a page at a time and taken stream by stream.

use std::collections::VecDeque;

use service_kit::BoxError;
use uuid::Uuid;

/// A source whose items rise by stream id. Ids may repeat.
pub trait Sorted: Send {
    type Item: Send;
    /// The next items with their stream ids; empty at the end.
    ///
    /// # Errors
    /// When the source cannot be read.
    fn page(&mut self) -> impl Future<Output = Result<Vec<(Uuid, Self::Item)>, BoxError>> + Send;
}

impl<S: Sorted> Sorted for &mut S {
    type Item = S::Item;

    fn page(&mut self) -> impl Future<Output = Result<Vec<(Uuid, Self::Item)>, BoxError>> + Send {
        (**self).page()
    }
}

/// A stream with its current page.
pub(super) struct SortedPages<S: Sorted> {
    source: S,
    page: VecDeque<(Uuid, S::Item)>,
    ended: bool,
}

impl<S: Sorted> SortedPages<S> {
    pub(super) const fn of(source: S) -> Self {
        Self { source, page: VecDeque::new(), ended: false }
    }

    /// The next stream's id; `None` at the end.
    pub(super) async fn next_stream(&mut self) -> Result<Option<Uuid>, BoxError> {
        while self.page.is_empty() && !self.ended {
            self.page = self.source.page().await?.into();
            self.ended = self.page.is_empty();
        }
        Ok(self.page.front().map(|(id, _)| *id))
    }

    /// All items of a stream, if it is the next one; otherwise none.
    pub(super) async fn take(&mut self, stream_id: Uuid) -> Result<Vec<S::Item>, BoxError> {
        let mut taken = Vec::new();
        while self.next_stream().await? == Some(stream_id) {
            taken.extend(self.page.pop_front().map(|(_, item)| item));
        }
        Ok(taken)
    }
}
