//! The streams that a unit of work reads and writes.

use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;

use domain::Decider;

use super::kind::Kind;
use crate::{Expectation, StreamId};

/// The streams of a unit of work, all of one log.
#[derive(Default)]
pub struct Members {
    list: Vec<MemberStream>,
    by_stream: HashMap<StreamId, usize>,
}

/// A stream of a unit of work.
pub(super) struct MemberStream {
    pub(super) stream: StreamId,
    pub(super) kind: Kind,
    pub(super) expects: Expectation,
}

/// A stream of a unit of work, by which its state is read and decided on. Valid for the [`Members`] that made it.
pub struct Member<D> {
    pub(super) index: usize,
    decider: PhantomData<fn() -> D>,
}

impl Members {
    /// Adds a stream. Where it is a member already, this is the same member.
    pub fn add<D: Decider>(&mut self, id: &str, expects: Expectation) -> Member<D> {
        let stream = StreamId::new(D::KIND, id);
        let index = *self.by_stream.entry(stream.clone()).or_insert_with(|| {
            self.list.push(MemberStream { stream, kind: Kind::of::<D>(), expects });
            self.list.len() - 1
        });
        Member { index, decider: PhantomData }
    }

    pub(super) fn list(&self) -> &[MemberStream] {
        &self.list
    }
}

impl<D> Clone for Member<D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D> Copy for Member<D> {}

impl<D> fmt::Debug for Member<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Member").field(&self.index).finish()
    }
}
