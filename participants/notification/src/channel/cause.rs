//! Why an attempt failed, as a short text that can be stored.

use domain::{Reason, is_hidden};

/// Longest cause, in characters.
const CAUSE_CHARS_MAX: usize = 200;

/// A cause of any text: what others answered may have any form.
pub(crate) fn cause(text: &str) -> Reason {
    let clean: String = text.chars().map(|c| if c.is_control() || is_hidden(c) { ' ' } else { c }).collect();
    let short: String = clean.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(CAUSE_CHARS_MAX).collect();
    Reason::try_new(short.trim()).unwrap_or_else(|_| Reason::try_new("no reason given").expect("the text is printable"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_becomes_a_cause() {
        assert_eq!(cause("451 4.7.1\r\n  try\u{202e} later").as_str(), "451 4.7.1 try later");
        assert_eq!(cause(" \n").as_str(), "no reason given");
        assert_eq!(cause(&"é".repeat(900)).as_str().chars().count(), CAUSE_CHARS_MAX);
    }
}
