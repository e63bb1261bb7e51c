//! How deep a text's brackets go, told without recursion: a parser that descends would run out of stack on a hostile one.

/// Brackets within brackets at most. No query of an admitted depth needs as many.
const NESTING_MAX: usize = 64;

/// Where the scan stands.
enum Place {
    Code,
    Comment,
    Text,
    Block,
}

/// Whether brackets of any kind nest deeper than the parser can safely follow.
pub fn too_nested(query: &str) -> bool {
    let bytes = query.as_bytes();
    let (mut place, mut depth, mut at) = (Place::Code, 0_usize, 0);
    while at < bytes.len() {
        let rest = &bytes[at..];
        let mut step = 1;
        match place {
            Place::Code if rest.starts_with(b"\"\"\"") => (place, step) = (Place::Block, 3),
            Place::Code => match rest[0] {
                b'#' => place = Place::Comment,
                b'"' => place = Place::Text,
                b'{' | b'[' | b'(' => depth += 1,
                b'}' | b']' | b')' => depth = depth.saturating_sub(1),
                _ => {}
            },
            Place::Comment if matches!(rest[0], b'\n' | b'\r') => place = Place::Code,
            // An escape takes the next character with it; a text ends with its line, closed or not.
            Place::Text if rest[0] == b'\\' => step = 2,
            Place::Text if matches!(rest[0], b'"' | b'\n' | b'\r') => place = Place::Code,
            Place::Block if rest.starts_with(b"\\\"\"\"") => step = 4,
            Place::Block if rest.starts_with(b"\"\"\"") => (place, step) = (Place::Code, 3),
            Place::Comment | Place::Text | Place::Block => {}
        }
        if depth > NESTING_MAX {
            return true;
        }
        at += step;
    }
    false
}
