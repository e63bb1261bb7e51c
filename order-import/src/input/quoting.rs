//! Checks the quotes of a CSV file while it is read.
//!
//! A CSV parser accepts an unclosed quote and swallows every row up to the next quote or the end of the file. This module finds
//! such mistakes: a quote that is open at the end, text behind a closing quote, and a value that contains whole rows.
//! Source of the grammar: RFC 4180.

use std::io::{BufRead, Read};

/// Columns from which on a value of several lines is held against the width of rows; two columns of free text look like rows
/// too easily.
const DELIMITERS_MIN: u64 = 2;

/// What is wrong with the quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A quote is open at the end of the file.
    Open {
        /// The line where it opens.
        line: u64,
    },
    /// Something stands between a closing quote and the next column.
    TextBehind {
        /// The line where it stands.
        line: u64,
        /// The line where the quote opens.
        opened: u64,
    },
    /// Each line of a quoted value is as wide as a row.
    HoldsRows {
        /// The line where the quote opens.
        line: u64,
        /// How many lines.
        lines: u64,
    },
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Open { line } => write!(f, "a quote that opens in line {line} is not closed"),
            Self::TextBehind { line, opened } => {
                write!(f, "line {line} has text behind the quote that closes what line {opened} opens")
            }
            Self::HoldsRows { line, lines } => {
                write!(f, "a quote that opens in line {line} swallows what looks like {lines} rows")
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before a row.
    RowStart,
    /// Before a value.
    ValueStart,
    /// Within a value without quotes.
    Plain,
    /// Within quotes.
    Quoted,
    /// Behind a quote that closes, or is the first of a pair that stands for one.
    QuoteSeen,
    /// Behind spaces that follow a closing quote.
    Behind,
}

/// Passes a file through and watches its quotes.
pub struct Watched<R> {
    inner: R,
    delimiter: u8,
    quote: Option<u8>,
    state: State,
    /// The line that is being read, from 1.
    line: u64,
    /// Where the last quote opened.
    opened: u64,
    /// Delimiters of this line, quoted or not, and the fewest of any line of this row.
    delimiters: u64,
    fewest: u64,
    /// Lines of this row.
    lines: u64,
    /// Delimiters of the header.
    width: Option<u64>,
    fault: Option<Fault>,
}

impl<R> Watched<R> {
    /// Watches `inner`; without a quote there is nothing to watch.
    pub const fn new(inner: R, delimiter: u8, quote: Option<u8>) -> Self {
        let state = State::RowStart;
        let line = 1;
        let opened = 1;
        Self {
            inner,
            delimiter,
            quote,
            state,
            line,
            opened,
            delimiters: 0,
            fewest: u64::MAX,
            lines: 0,
            width: None,
            fault: None,
        }
    }

    /// The first thing that is wrong.
    pub const fn fault(&self) -> Option<Fault> {
        self.fault
    }

    fn watch(&mut self, bytes: &[u8], quote: u8) {
        for byte in bytes {
            self.step(*byte, quote);
            if *byte == b'\n' {
                self.line += 1;
            }
        }
    }

    fn step(&mut self, byte: u8, quote: u8) {
        let ends_row = matches!(byte, b'\n' | b'\r');
        if byte == self.delimiter {
            self.delimiters += 1;
        }
        self.state = match self.state {
            State::Quoted if byte == quote => State::QuoteSeen,
            State::Quoted => {
                if byte == b'\n' {
                    self.end_line();
                }
                State::Quoted
            }
            State::QuoteSeen if byte == quote => State::Quoted,
            State::RowStart | State::ValueStart if byte == quote => {
                self.opened = self.line;
                State::Quoted
            }
            // The second byte of a line's end, or a blank line.
            State::RowStart if ends_row => State::RowStart,
            _ if ends_row => {
                self.end_row();
                State::RowStart
            }
            _ if byte == self.delimiter => State::ValueStart,
            State::QuoteSeen | State::Behind if byte == b' ' => State::Behind,
            State::QuoteSeen | State::Behind => {
                self.report(Fault::TextBehind { line: self.line, opened: self.opened });
                State::Plain
            }
            State::RowStart | State::ValueStart | State::Plain => State::Plain,
        };
    }

    fn end_line(&mut self) {
        self.fewest = self.fewest.min(self.delimiters);
        self.lines += 1;
        self.delimiters = 0;
    }

    fn end_row(&mut self) {
        self.end_line();
        match self.width {
            None => self.width = Some(self.fewest),
            Some(width) if self.lines > 1 && width >= DELIMITERS_MIN && self.fewest >= width => {
                self.report(Fault::HoldsRows { line: self.opened, lines: self.lines });
            }
            Some(_) => {}
        }
        (self.fewest, self.lines) = (u64::MAX, 0);
    }

    fn report(&mut self, fault: Fault) {
        self.fault = self.fault.or(Some(fault));
    }
}

impl<R: BufRead> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if let Some(quote) = self.quote {
            self.watch(&buffer[..read], quote);
            if read == 0 && !buffer.is_empty() {
                match self.state {
                    State::Quoted => self.report(Fault::Open { line: self.opened }),
                    State::RowStart => {}
                    _ => {
                        self.end_row();
                        self.state = State::RowStart;
                    }
                }
            }
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(content: &str, delimiter: u8) -> Option<Fault> {
        let mut watched = Watched::new(content.as_bytes(), delimiter, Some(b'"'));
        // Small pieces, so that states go over their ends.
        let mut piece = [0; 3];
        while watched.read(&mut piece).unwrap() > 0 {}
        watched.fault()
    }

    #[test]
    fn quotes_that_say_where_values_end_are_let_through() {
        for content in [
            "a,b,c\n1,2,3\n",
            "a,b,c\r\n1,\"x, y\",3\r\n",
            "a,b,c\n1,\"say \"\"hi\"\"\",3\n",
            "a,b,c\n1,\"two\nlines\",3\n",
            "a,b,c\n1,\"\",\"\"",
            "a,b,c\n1,5\" wide,3\n",
            "a,b,c\n1,\"x\" ,3\n",
            "\"a\",\"b\",\"c\"\n\n\"1\",\"2\",\"notes, with\nmore, and\nmore\"\n",
            "a,b\n1,\"x,y\nz,w\"\n",
            "",
        ] {
            assert_eq!(fault(content, b','), None, "{content}");
        }
    }

    #[test]
    fn quotes_that_swallow_rows_are_found_with_their_line() {
        let header = "id\tqty\ttitle\n";
        let of = |rows: &str| fault(&format!("{header}{rows}"), b'\t');
        assert_eq!(of("1\t1\t\"19 inch\n2\t1\tx\n3\t1\ty\n"), Some(Fault::Open { line: 2 }));
        assert_eq!(of("0\t1\tx\n1\t1\t\"19 inch"), Some(Fault::Open { line: 3 }));
        let behind = Some(Fault::TextBehind { line: 4, opened: 2 });
        assert_eq!(of("1\t1\t\"19 inch\n2\t1\tx\n3\t1\tCable 2\" wide\n4\t1\tz\n"), behind);
        let rows = Some(Fault::HoldsRows { line: 2, lines: 3 });
        assert_eq!(of("1\t1\t\"19 inch\n2\t1\tx\n3\t1\tCable 2\"\n4\t1\tz\n"), rows);
        assert_eq!(of("1\t1\t\"19 inch\r\n2\t1\tx\r\n3\t1\tCable 2\"\r\n"), rows);
        assert_eq!(of("1\t1\t\"19 inch\n2\t1\tx\n3\t1\tCable 2\""), rows);
    }
}
