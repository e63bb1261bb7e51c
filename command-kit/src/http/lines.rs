//! Splits a body into lines as it arrives.
//!
//! Guarantees: one line and one chunk are in memory at most; a line over its limit is reported and skipped, and reading
//! goes on with the next one. Blank lines count as lines and are left out. A byte order mark before the first line is
//! ignored.
//! Does not: ask for UTF-8, as `LinesCodec` would: such a line is its reader's to refuse, under its number.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt};
use tokio_util::codec::{AnyDelimiterCodec, AnyDelimiterCodecError, Decoder};

/// Longest line, in bytes.
pub const LINE_BYTES_MAX: usize = 1 << 20;

/// What some programs write before the first line. Source: Unicode, byte order mark in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A line, with its number in the body from 1.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// A line with something in it.
    Row(u64, Vec<u8>),
    /// A line longer than [`LINE_BYTES_MAX`].
    TooLong(u64),
    /// The client sent nothing for too long; the last of all.
    Stalled(u64),
}

impl Line {
    /// The line's number in the body, from 1.
    pub const fn number(&self) -> u64 {
        match self {
            Self::Row(number, _) | Self::TooLong(number) | Self::Stalled(number) => *number,
        }
    }
}

/// Lines of a body.
pub struct Lines<S> {
    body: S,
    idle: Duration,
    buffer: BytesMut,
    codec: AnyDelimiterCodec,
    /// Lines that were found.
    number: u64,
    ended: bool,
}

fn codec() -> AnyDelimiterCodec {
    AnyDelimiterCodec::new_with_max_length(b"\n".to_vec(), Vec::new(), LINE_BYTES_MAX)
}

impl<S, E> Lines<S>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
{
    /// The lines of a body whose next bytes come within `idle`.
    pub fn new(body: S, idle: Duration) -> Self {
        Self { body, idle, buffer: BytesMut::new(), codec: codec(), number: 0, ended: false }
    }

    /// The next line; `None` after the last, and when the client has gone.
    pub async fn next(&mut self) -> Option<Line> {
        loop {
            let found =
                if self.ended { self.codec.decode_eof(&mut self.buffer) } else { self.codec.decode(&mut self.buffer) };
            match found {
                Ok(Some(bytes)) => {
                    self.number += 1;
                    if let Some(line) = self.row(&bytes) {
                        return Some(line);
                    }
                }
                Ok(None) if self.ended => return None,
                Ok(None) => match tokio::time::timeout(self.idle, self.body.next()).await {
                    Ok(Some(Ok(chunk))) => self.buffer.extend_from_slice(&chunk),
                    Ok(None) => self.ended = true,
                    // The client has disconnected, and a partial line is not a row.
                    Ok(Some(Err(_))) => return None,
                    Err(_) => {
                        self.ended = true;
                        self.buffer.clear();
                        self.codec = codec();
                        return Some(Line::Stalled(self.number + 1));
                    }
                },
                Err(AnyDelimiterCodecError::MaxChunkLengthExceeded) => {
                    self.number += 1;
                    return Some(Line::TooLong(self.number));
                }
                // The codec reads from memory alone.
                Err(AnyDelimiterCodecError::Io(_)) => return None,
            }
        }
    }

    /// A line without what surrounds it; `None` for a blank one.
    fn row(&self, bytes: &[u8]) -> Option<Line> {
        let bytes = match self.number {
            1 => bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes),
            _ => bytes,
        };
        let line = bytes.trim_ascii();
        // A copy, so that a line holds no more memory than its own length.
        (!line.is_empty()).then(|| Line::Row(self.number, line.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn lines(chunks: Vec<Vec<u8>>) -> Vec<Line> {
        let chunks = chunks.into_iter().map(|chunk| Ok::<_, std::io::Error>(Bytes::from(chunk)));
        let mut lines = Lines::new(futures::stream::iter(chunks), Duration::from_secs(1));
        let mut found = Vec::new();
        while let Some(line) = lines.next().await {
            found.push(line);
        }
        found
    }

    fn row(number: u64, text: &str) -> Line {
        Line::Row(number, text.as_bytes().to_vec())
    }

    #[tokio::test]
    async fn lines_are_found_wherever_the_chunks_end() {
        let whole = b"one\r\n\n  \ntwo\nthree".to_vec();
        let expected = [row(1, "one"), row(4, "two"), row(5, "three")];
        assert_eq!(lines(vec![whole.clone()]).await, expected);
        assert_eq!(lines(whole.iter().map(|byte| vec![*byte]).collect()).await, expected);
        assert_eq!(lines(vec![]).await, []);
    }

    #[tokio::test]
    async fn a_byte_order_mark_is_no_part_of_the_first_line() {
        let whole = b"\xef\xbb\xbfone\n\xef\xbb\xbftwo\n".to_vec();
        let found = lines(whole.iter().map(|byte| vec![*byte]).collect()).await;
        assert_eq!(found, [row(1, "one"), row(2, "\u{feff}two")]);
        assert_eq!(lines(vec![b"\xef\xbb\xbf\none".to_vec()]).await, [row(2, "one")]);
    }

    #[tokio::test]
    async fn a_line_over_its_limit_is_skipped_and_the_next_one_found() {
        let long = vec![b'x'; LINE_BYTES_MAX / 2 + 1];
        let (end, next) = (b"\nok\n".to_vec(), b"x".to_vec());
        let found = lines(vec![long.clone(), long.clone(), long.clone(), end, next]).await;
        assert_eq!(found, [Line::TooLong(1), row(2, "ok"), row(3, "x")]);
        assert_eq!(lines(vec![long.clone(), long.clone()]).await, [Line::TooLong(1)]);
        assert_eq!(lines(vec![vec![b'x'; LINE_BYTES_MAX]]).await.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_client_is_given_up() {
        let chunks = futures::stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"one\ntw"))]);
        let mut lines = Lines::new(chunks.chain(futures::stream::pending()), Duration::from_secs(5));
        assert_eq!(lines.next().await, Some(row(1, "one")));
        assert_eq!(lines.next().await, Some(Line::Stalled(2)));
        assert_eq!(lines.next().await, None);
    }

    #[tokio::test]
    async fn a_broken_body_ends_without_its_last_half_line() {
        let broken = [Ok(Bytes::from_static(b"one\ntw")), Err(std::io::Error::other("reset"))];
        let mut lines = Lines::new(futures::stream::iter(broken), Duration::from_secs(1));
        assert_eq!(lines.next().await, Some(row(1, "one")));
        assert_eq!(lines.next().await, None);
    }
}
