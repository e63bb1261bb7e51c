//! Rows for COPY in Postgres's binary format, sent in pieces of many rows each.

use std::pin::Pin;

use bytes::{BufMut, Bytes, BytesMut};
use futures::SinkExt;
use tokio_postgres::types::{IsNull, ToSql, Type};
use tokio_postgres::{Client, CopyInSink, Error};

/// Bytes sent at once.
const PIECE_BYTES: usize = 128 * 1_024;
/// Signature, flags, and the length of an extension that is not there.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// Written in place of a row's field count, after the last row.
const END: i16 = -1;
/// Written in place of a field's length.
const NULL: i32 = -1;

/// A COPY of rows into a table.
pub(super) struct Rows<'a> {
    sink: Pin<Box<CopyInSink<Bytes>>>,
    types: &'a [Type],
    bytes: BytesMut,
}

impl<'a> Rows<'a> {
    /// Begins a COPY whose columns have these types.
    pub(super) async fn begin(client: &Client, statement: &str, types: &'a [Type]) -> Result<Self, Error> {
        let sink = Box::pin(client.copy_in(statement).await?);
        let mut bytes = BytesMut::with_capacity(2 * PIECE_BYTES);
        bytes.put_slice(HEADER);
        Ok(Self { sink, types, bytes })
    }

    /// Adds a row. Rows are sent in pieces of about [`PIECE_BYTES`].
    pub(super) async fn write(&mut self, values: &[&(dyn ToSql + Sync)]) -> Result<(), Error> {
        let fields = i16::try_from(values.len()).expect("a table has few columns");
        self.bytes.put_i16(fields);
        for (value, column) in values.iter().zip(self.types) {
            let length_at = self.bytes.len();
            self.bytes.put_i32(NULL);
            let null = value.to_sql_checked(column, &mut self.bytes).expect("a column's type is that of its values");
            if matches!(null, IsNull::No) {
                let start = length_at + size_of::<i32>();
                let length =
                    i32::try_from(self.bytes.len() - start).expect("a value is far shorter than two gigabytes");
                self.bytes[length_at..start].copy_from_slice(&length.to_be_bytes());
            }
        }
        if self.bytes.len() >= PIECE_BYTES { self.send().await } else { Ok(()) }
    }

    /// Sends the rest and waits until all is in the table.
    pub(super) async fn finish(mut self) -> Result<(), Error> {
        self.bytes.put_i16(END);
        self.send().await?;
        self.sink.as_mut().finish().await.map(|_| ())
    }

    async fn send(&mut self) -> Result<(), Error> {
        let piece = self.bytes.split().freeze();
        self.bytes.reserve(2 * PIECE_BYTES);
        self.sink.send(piece).await
    }
}
