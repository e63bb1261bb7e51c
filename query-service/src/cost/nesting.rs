//! The depth of a text's brackets, computed without recursion: a recursive parser would overflow its stack on a hostile
//! text.

/// Most brackets within brackets. No query of an allowed depth needs as many.
const NESTING_MAX: usize = 64;

/// What the scan is in.
enum ScanState {
    Code,
    Comment,
    Text,
    Block,
}

/// Whether brackets of any kind nest deeper than the parser can safely follow.
pub fn too_nested(query: &str) -> bool {
    let bytes = query.as_bytes();
    let mut state = ScanState::Code;
    let mut depth = 0_usize;
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let mut step = 1;
        match state {
            ScanState::Code if rest.starts_with(b"\"\"\"") => (state, step) = (ScanState::Block, 3),
            ScanState::Code => match rest[0] {
                b'#' => state = ScanState::Comment,
                b'"' => state = ScanState::Text,
                b'{' | b'[' | b'(' => depth += 1,
                b'}' | b']' | b')' => depth = depth.saturating_sub(1),
                _ => {}
            },
            ScanState::Comment if matches!(rest[0], b'\n' | b'\r') => state = ScanState::Code,
            // An escape takes the next character with it; a text ends with its line, closed or not.
            ScanState::Text if rest[0] == b'\\' => step = 2,
            ScanState::Text if matches!(rest[0], b'"' | b'\n' | b'\r') => state = ScanState::Code,
            ScanState::Block if rest.starts_with(b"\\\"\"\"") => step = 4,
            ScanState::Block if rest.starts_with(b"\"\"\"") => (state, step) = (ScanState::Code, 3),
            ScanState::Comment | ScanState::Text | ScanState::Block => {}
        }
        if depth > NESTING_MAX {
            return true;
        }
        at += step;
    }
    false
}
