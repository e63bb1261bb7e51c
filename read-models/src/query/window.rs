//! A part of what is numbered within a stream.

/// A window over the numbered items of a stream: events by version, lines of an order by ordinal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    /// Only numbers above this.
    pub after: i64,
    /// Only numbers below this.
    pub before: i64,
    /// Most items of each stream.
    pub limit: u32,
    /// Whether to take the last items rather than the first.
    pub from_end: bool,
}

impl Window {
    /// The first `limit` items.
    pub const fn first(limit: u32) -> Self {
        Self { after: 0, before: i64::MAX, limit, from_end: false }
    }

    /// The direction in which the items are read.
    pub(crate) const fn direction(self) -> &'static str {
        if self.from_end { "DESC" } else { "ASC" }
    }
}
