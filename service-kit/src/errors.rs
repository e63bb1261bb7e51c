//! The text of an error with all its causes, for the boundary that handles and logs it.

use std::error::Error;
use std::fmt::Write;

/// Most causes shown. A longer chain is a cycle.
const CAUSES_MAX: usize = 16;

/// The error's text followed by each cause, joined by `: `.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    for _ in 0..CAUSES_MAX {
        let Some(found) = cause else { break };
        write!(text, ": {found}").expect("writing to a string cannot fail");
        cause = found.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::chain;

    #[derive(Debug, thiserror::Error)]
    #[error("could not open the store")]
    struct Outer(#[source] Inner);

    #[derive(Debug, thiserror::Error)]
    #[error("the key is lost")]
    struct Inner;

    #[test]
    fn a_chain_names_the_error_and_its_causes() {
        assert_eq!(chain(&Outer(Inner)), "could not open the store: the key is lost");
    }
}
