//! How an attempt to tell somebody ends.

use domain::Reason;
use domain::notification::{Failure, SkipReason};

use super::cause::cause;

/// How an attempt ended.
#[derive(Debug)]
pub(crate) enum Attempt {
    /// The message was taken.
    Sent { reference: Option<Reason> },
    /// It was not, or may not have been.
    Failed { failure: Failure, cause: Reason },
    /// Nobody is to be told.
    Skip(SkipReason),
    /// It was not tried: too many are under way, or whoever takes messages fails. After this pause it is.
    PutOff { pause_ms: i64 },
    /// Another process has it, or it is not due any more.
    NotOurs,
}

impl Attempt {
    pub(crate) fn not_taken(text: &str) -> Self {
        Self::Failed { failure: Failure::NotTaken, cause: cause(text) }
    }
}
