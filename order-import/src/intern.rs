//! Keeps one copy of repeated texts, such as stock codes and descriptions.

use std::collections::HashSet;
use std::sync::Arc;

/// Texts kept for sharing; beyond this many all are forgotten and sharing starts afresh.
const TEXTS_MAX: usize = 100_000;

/// Shares equal texts.
#[derive(Debug, Default)]
pub struct Interner {
    texts: HashSet<Arc<str>>,
}

impl Interner {
    /// The shared copy of a text.
    pub fn intern(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        if self.texts.len() >= TEXTS_MAX {
            self.texts.clear();
        }
        let shared: Arc<str> = text.into();
        self.texts.insert(Arc::clone(&shared));
        shared
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_share_and_their_number_is_bounded() {
        let mut interner = Interner::default();
        assert!(Arc::ptr_eq(&interner.intern("POST"), &interner.intern("POST")));
        for number in 0..=TEXTS_MAX {
            interner.intern(&number.to_string());
        }
        assert!(interner.texts.len() <= TEXTS_MAX);
    }
}
