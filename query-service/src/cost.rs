//! The cost of a query, computed before it runs.
//!
//! Guarantees: linear in the query's text, however often fragments are used: each is measured once. An object costs 1,
//! a page its content times its size, a leaf nothing. Does not: know the schema; lists are recognised by name. The
//! library's `complexity` attributes at the fields are not used: that walk follows every use of a fragment anew, adds without
//! saturating, and ends only when the query is validated, after the caller's budget must have been charged.

mod document;
mod nesting;

pub use document::{Measured, measure, measure_fixed};
pub use nesting::too_nested;

use crate::config::Limits;

/// Why a query is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CostRefusal {
    /// A limit is exceeded.
    #[error("the query's {what} is {found}, at most {limit} is taken")]
    Exceeded {
        /// The name of the exceeded limit.
        what: &'static str,
        /// The query's value.
        found: u64,
        /// The largest allowed value.
        limit: u64,
    },
    /// A fragment that contains itself.
    #[error("fragment {0} contains itself")]
    Cycle(String),
}

/// Refuses a query that exceeds a limit.
///
/// # Errors
/// [`CostRefusal::Exceeded`] with the first bound passed.
pub fn admit(measured: &Measured, limits: &Limits) -> Result<(), CostRefusal> {
    let bounds = [
        ("depth", measured.depth, limits.depth_max.into()),
        ("number of aliases", measured.aliases, limits.aliases_max),
        ("number of directives", measured.directives, limits.directives_max),
        ("cost", measured.cost, limits.cost_max),
        ("number of fields", measured.fields, FIELDS_MAX),
    ];
    match bounds.into_iter().find(|(_, found, limit)| found > limit) {
        Some((what, found, limit)) => Err(CostRefusal::Exceeded { what, found, limit }),
        None => Ok(()),
    }
}

/// Most fields of a query, with a fragment's fields counted at each use, since the library visits each of them.
const FIELDS_MAX: u64 = 2_000;

#[cfg(test)]
mod tests;
