//! Why a line is not imported.

use std::borrow::Cow;

/// A refusal of a line, with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Stable code, for programs.
    pub code: Cow<'static, str>,
    /// Explanation, for people.
    pub detail: Cow<'static, str>,
}

impl Refusal {
    /// A refusal with a code of this program.
    pub fn new(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code: Cow::Borrowed(code), detail: detail.into() }
    }
}
