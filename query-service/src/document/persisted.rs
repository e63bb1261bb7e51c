//! Queries known by their hash ("automatic persisted queries", as the clients of Apollo and others speak them).
//!
//! A client sends the SHA-256 of its query alone; when it is not known here, it sends both, and from then on the hash
//! is enough. A known hash gives no access: the token decides what a query may see.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::config::{PERSISTED_BYTES_MAX, PERSISTED_COUNT};

/// SHA-256 in hexadecimal digits.
const HASH_CHARS: usize = 64;

/// Caches queries by their hash; the least used are evicted first.
pub struct PersistedQueries(Cache<Box<str>, Arc<str>, ByLength>);

#[derive(Clone)]
struct ByLength;

impl Weighter<Box<str>, Arc<str>> for ByLength {
    fn weight(&self, _hash: &Box<str>, text: &Arc<str>) -> u64 {
        (text.len() + HASH_CHARS) as u64
    }
}

/// The outcome of looking up a query by its hash.
#[derive(Debug, PartialEq, Eq)]
pub enum Persisted {
    /// The text to run.
    Text(Arc<str>),
    /// The hash is not known; the client has to send the text too.
    NotFound,
    /// The hash is not the text's.
    Mismatch,
}

impl PersistedQueries {
    /// An empty cache.
    pub fn new() -> Self {
        Self(Cache::with_weighter(PERSISTED_COUNT, PERSISTED_BYTES_MAX, ByLength))
    }

    /// The cached text of a hash, or the given text if it has that hash.
    pub fn find(&self, hash: &str, text: Option<&str>) -> Persisted {
        match text {
            Some(text) if hash_of(text).eq_ignore_ascii_case(hash) => Persisted::Text(text.into()),
            Some(_) => Persisted::Mismatch,
            None => {
                let found = self.0.get(hash.to_ascii_lowercase().as_str());
                found.map_or(Persisted::NotFound, Persisted::Text)
            }
        }
    }

    /// Caches a text that may run.
    pub fn keep(&self, text: Arc<str>) {
        self.0.insert(hash_of(&text).into(), text);
    }
}

fn hash_of(text: &str) -> String {
    let hash = digest(&SHA256, text.as_bytes());
    hash.as_ref().iter().fold(String::with_capacity(HASH_CHARS), |mut hex, byte| {
        use std::fmt::Write;
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_enough_once_its_text_was_kept() {
        let queries = PersistedQueries::new();
        let text = "{ __typename }";
        // sha256sum of that text.
        let hash = "7f56e67dd21ab3f30d1ff8b7bed08893f0a0db86449836189b361dd1e56ddb4b";
        assert_eq!(hash_of(text), hash);
        assert_eq!(queries.find(hash, None), Persisted::NotFound);
        assert_eq!(queries.find(hash, Some("{ other }")), Persisted::Mismatch);
        let Persisted::Text(found) = queries.find(hash, Some(text)) else { panic!("the hash is the text's") };
        assert_eq!(queries.find(hash, None), Persisted::NotFound, "what was not found fit is not kept");
        queries.keep(found);
        assert_eq!(queries.find(&hash.to_uppercase(), None), Persisted::Text(text.into()));
    }
}
