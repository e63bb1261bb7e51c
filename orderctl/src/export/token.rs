//! The words of a condition.

/// A quoted value has no closing quote.
#[derive(Debug)]
pub(super) struct Unclosed;

/// One word of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A field, `and`, or a value without blanks, quotes or signs.
    Word(String),
    /// A value in single quotes; two of them inside stand for one.
    Quoted(String),
    /// A run of `=`, `!`, `<` and `>`.
    Sign(String),
}

impl Token {
    pub(super) fn into_text(self) -> String {
        match self {
            Self::Word(text) | Self::Quoted(text) | Self::Sign(text) => text,
        }
    }
}

const fn is_sign(letter: char) -> bool {
    matches!(letter, '=' | '!' | '<' | '>')
}

/// Splits a condition into its words.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Unclosed> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = if first == '\'' {
            let (value, end) = quoted(rest)?;
            tokens.push(Token::Quoted(value));
            end
        } else {
            let ends = |letter: char| letter.is_whitespace() || letter == '\'' || is_sign(letter) != is_sign(first);
            let end = rest.find(ends).unwrap_or(rest.len());
            let word = rest[..end].to_owned();
            tokens.push(if is_sign(first) { Token::Sign(word) } else { Token::Word(word) });
            end
        };
        rest = rest[end..].trim_start();
    }
    Ok(tokens)
}

/// The value of a quoted text at the start of `text`, and where it ends.
fn quoted(text: &str) -> Result<(String, usize), Unclosed> {
    let mut value = String::new();
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((index, letter)) = letters.next() {
        if letter != '\'' {
            value.push(letter);
        } else if letters.next_if(|(_, next)| *next == '\'').is_some() {
            value.push('\'');
        } else {
            return Ok((value, index + 1));
        }
    }
    Err(Unclosed)
}
