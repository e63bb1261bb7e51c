//! Closes a stream without losing the response that was just sent.
//!
//! A socket that is closed while bytes of the client lie unread in it is reset by the kernel, and a reset makes the
//! client drop the response that it has not read yet. So after closing its own end, the server reads and drops further
//! bytes for a while.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// Most bytes read and dropped after closing.
const LINGER_BYTES_MAX: usize = 4 << 20;
/// Longest time for that.
const LINGER_MS_MAX: u64 = 1_000;
const PIECE_BYTES: usize = 8 * 1024;

/// A stream that lingers when it is closed.
pub(super) struct Lingering<S> {
    stream: S,
    closing: Option<Closing>,
}

struct Closing {
    closed: bool,
    dropped: usize,
    patience: Pin<Box<Sleep>>,
}

impl<S> Lingering<S> {
    pub(super) const fn new(stream: S) -> Self {
        Self { stream, closing: None }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Lingering<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Lingering<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let closing = this.closing.get_or_insert_with(|| Closing {
            closed: false,
            dropped: 0,
            patience: Box::pin(tokio::time::sleep(Duration::from_millis(LINGER_MS_MAX))),
        });
        if !closing.closed {
            ready!(Pin::new(&mut this.stream).poll_shutdown(context))?;
            closing.closed = true;
        }
        let mut piece = [0_u8; PIECE_BYTES];
        while closing.dropped < LINGER_BYTES_MAX && closing.patience.as_mut().poll(context).is_pending() {
            let mut buffer = ReadBuf::new(&mut piece);
            match Pin::new(&mut this.stream).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => closing.dropped += buffer.filled().len(),
                // The client has closed its end too, or is gone.
                Poll::Ready(_) => break,
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn what_comes_after_the_end_is_read_until_the_client_closes() {
        let (mut client, server) = tokio::io::duplex(64 * 1024);
        let mut server = Lingering::new(server);
        server.write_all(b"413").await.unwrap();
        let closing = tokio::spawn(async move { server.shutdown().await });
        client.write_all(&vec![0; 1 << 20]).await.unwrap();
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).await.unwrap();
        assert_eq!(answer, b"413");
        drop(client);
        closing.await.unwrap().unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_never_closes_is_not_waited_for_long() {
        let (client, server) = tokio::io::duplex(64);
        let mut server = Lingering::new(server);
        server.shutdown().await.unwrap();
        drop(client);
    }
}
