//! Texts as Postgres can store them.

/// A text with every NUL, which Postgres keeps in no text, replaced by U+FFFD. For texts that quote what others sent.
pub fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
