//! What a query would cost, known before anything of it runs.
//!
//! Guarantees: linear in the query's text, whatever its fragments multiply to: each is measured once. An object costs 1,
//! a page as many times its content as it may hold, a leaf nothing. Does not: know the schema; lists are told by name.

mod document;
mod nesting;

pub use document::{Measured, measure};
pub use nesting::too_nested;

use crate::config::Limits;

/// Why a query is not run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CostRefusal {
    /// A bound is passed.
    #[error("the query's {what} is {found}, at most {limit} is taken")]
    Exceeded {
        /// Of what there is too much.
        what: &'static str,
        /// How much the query has.
        found: u64,
        /// How much it may have.
        limit: u64,
    },
    /// A fragment that contains itself.
    #[error("fragment {0} contains itself")]
    Cycle(String),
}

/// Refuses what passes a bound.
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

/// Fields of a query at most, fragments counted wherever they are spread: the library walks each of them.
const FIELDS_MAX: u64 = 2_000;

#[cfg(test)]
mod tests;
