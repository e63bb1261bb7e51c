//! JSON values of a file: one per line, or the elements of one array.

use std::io::{BufRead, Error, Read, Result};

/// Longest value, in bytes.
pub(super) const VALUE_BYTES_MAX: usize = 16 * 1_024 * 1_024;

/// Values, one after the other, uncut and unread.
pub(super) struct Elements {
    reader: Box<dyn BufRead>,
    layout: Layout,
    /// The line that the reader has come to, from 1.
    line: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    Unknown,
    Lines,
    Array,
    /// Behind the end of the array.
    Ended,
}

impl Elements {
    pub(super) const fn new(reader: Box<dyn BufRead>) -> Self {
        Self { reader, layout: Layout::Unknown, line: 1 }
    }

    /// The line that the reader has come to.
    pub(super) const fn line(&self) -> u64 {
        self.line
    }

    /// Reads the next value into `value`; the line it begins at, or `None` at the end.
    pub(super) fn next(&mut self, value: &mut Vec<u8>) -> Result<Option<u64>> {
        value.clear();
        if self.layout == Layout::Unknown {
            self.layout = match self.skip_space()? {
                Some(b'[') => {
                    self.reader.consume(1);
                    if self.skip_space()? == Some(b']') {
                        self.reader.consume(1);
                        Layout::Ended
                    } else {
                        Layout::Array
                    }
                }
                _ => Layout::Lines,
            };
        }
        match self.layout {
            Layout::Array => self.element(value).map(Some),
            Layout::Ended => match self.skip_space()? {
                None => Ok(None),
                Some(_) => Err(Error::other("something follows the array")),
            },
            Layout::Lines | Layout::Unknown => self.line_of(value),
        }
    }

    /// The next line that is not blank.
    fn line_of(&mut self, value: &mut Vec<u8>) -> Result<Option<u64>> {
        loop {
            value.clear();
            let limit = VALUE_BYTES_MAX as u64 + 1;
            let read = self.reader.by_ref().take(limit).read_until(b'\n', value)?;
            if read == 0 {
                return Ok(None);
            }
            if read > VALUE_BYTES_MAX {
                return Err(too_long());
            }
            let line = self.line;
            self.line += 1;
            if !value.trim_ascii().is_empty() {
                return Ok(Some(line));
            }
        }
    }

    /// The next element of the array with the comma or the bracket behind it.
    fn element(&mut self, value: &mut Vec<u8>) -> Result<u64> {
        self.skip_space()?;
        let line = self.line;
        let mut depth = 0_usize;
        let mut in_text = false;
        let mut escaped = false;
        loop {
            let Some(byte) = self.peek()? else { return Err(Error::other("the array is not closed")) };
            self.reader.consume(1);
            self.line += u64::from(byte == b'\n');
            if in_text {
                (in_text, escaped) = (escaped || byte != b'"', !escaped && byte == b'\\');
            } else {
                match byte {
                    b',' if depth == 0 => return Ok(line),
                    b']' if depth == 0 => {
                        self.layout = Layout::Ended;
                        return Ok(line);
                    }
                    b'"' => in_text = true,
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
            value.push(byte);
            if value.len() > VALUE_BYTES_MAX {
                return Err(too_long());
            }
        }
    }

    fn peek(&mut self) -> Result<Option<u8>> {
        Ok(self.reader.fill_buf()?.first().copied())
    }

    /// Skips white space; the byte behind it.
    fn skip_space(&mut self) -> Result<Option<u8>> {
        while let Some(byte) = self.peek()? {
            if !byte.is_ascii_whitespace() {
                return Ok(Some(byte));
            }
            self.line += u64::from(byte == b'\n');
            self.reader.consume(1);
        }
        Ok(None)
    }
}

fn too_long() -> Error {
    Error::other(format!("a value is longer than {VALUE_BYTES_MAX} bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(content: &'static str) -> Result<Vec<(u64, String)>> {
        let mut elements = Elements::new(Box::new(content.as_bytes()));
        let mut value = Vec::new();
        let mut values = Vec::new();
        while let Some(line) = elements.next(&mut value)? {
            values.push((line, String::from_utf8(value.clone()).unwrap().trim().to_owned()));
        }
        Ok(values)
    }

    fn expected(values: &[(u64, &str)]) -> Vec<(u64, String)> {
        values.iter().map(|(line, value)| (*line, (*value).to_owned())).collect()
    }

    #[test]
    fn lines_and_elements_come_out_with_the_line_they_begin_at() {
        assert_eq!(values("{}\n\n 7 \n[1]").unwrap(), expected(&[(1, "{}"), (3, "7"), (4, "[1]")]));
        let array = "\n [{\"a\": \"]},\\\"\"},\n  {\"b\": [1,\n {}]}\n, 3]\n";
        let elements = [(2, "{\"a\": \"]},\\\"\"}"), (3, "{\"b\": [1,\n {}]}"), (5, "3")];
        assert_eq!(values(array).unwrap(), expected(&elements));
        for empty in ["", " \n", "[]", " [ \n ] \n"] {
            assert_eq!(values(empty).unwrap(), [], "{empty}");
        }
    }

    #[test]
    fn an_array_that_does_not_end_is_an_error() {
        for broken in ["[", "[{}", "[{},", "[{\"a\": \"]", "[{}] {}", "[] x"] {
            assert!(values(broken).is_err(), "{broken}");
        }
    }
}
