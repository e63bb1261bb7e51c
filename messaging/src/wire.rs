//! Kafka's own protocol, for the few requests that librdkafka does not offer.
//!
//! Guarantees: an answer that is late, too large, truncated, undecodable or to another request is an error.
//! Does not: speak TLS or SASL, as no client of this crate does; find leaders; retry.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use kafka_protocol::messages::{ApiKey, RequestHeader, ResponseHeader};
use kafka_protocol::protocol::{Decodable, Encodable, StrBytes};

/// Longest wait for a connection and for each part of an answer, in milliseconds.
const TIMEOUT_MS: u64 = 10_000;
/// Largest accepted answer, in bytes.
const ANSWER_BYTES_MAX: usize = 64 << 20;
/// This client's name in the broker's log.
const CLIENT_ID: &str = "order-engine";

/// Why a broker could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// The connection failed, or the answer did not come in time.
    #[error("the broker at {address} does not answer")]
    Connection {
        address: String,
        #[source]
        source: std::io::Error,
    },
    /// The answer does not have the form that Kafka's protocol gives it.
    #[error("the broker at {address} does not answer as Kafka's protocol says: {reason}")]
    Protocol { address: String, reason: String },
    /// The broker answers with an error.
    #[error("the broker at {address} answers with Kafka's error {code}")]
    Refused {
        address: String,
        /// Kafka's error code.
        code: i16,
    },
}

/// A connection to one broker. Its calls block.
pub(crate) struct Connection {
    address: String,
    stream: TcpStream,
    correlation_id: i32,
}

impl Connection {
    /// Connects to `host:port`.
    pub(crate) fn open(address: &str) -> Result<Self, WireError> {
        let failed = |source| WireError::Connection { address: address.to_owned(), source };
        let timeout = Duration::from_millis(TIMEOUT_MS);
        let mut last = std::io::Error::from(std::io::ErrorKind::AddrNotAvailable);
        for found in address.to_socket_addrs().map_err(failed)? {
            match TcpStream::connect_timeout(&found, timeout) {
                Ok(stream) => {
                    stream.set_read_timeout(Some(timeout)).map_err(failed)?;
                    stream.set_write_timeout(Some(timeout)).map_err(failed)?;
                    return Ok(Self { address: address.to_owned(), stream, correlation_id: 0 });
                }
                Err(error) => last = error,
            }
        }
        Err(failed(last))
    }

    /// Sends a request in the given API version and waits for its answer.
    pub(crate) fn ask<A: Decodable>(
        &mut self,
        key: ApiKey,
        version: i16,
        request: &impl Encodable,
    ) -> Result<A, WireError> {
        self.correlation_id += 1;
        let header = RequestHeader::default()
            .with_request_api_key(key as i16)
            .with_request_api_version(version)
            .with_correlation_id(self.correlation_id)
            .with_client_id(Some(StrBytes::from_static_str(CLIENT_ID)));
        let mut body = BytesMut::new();
        header.encode(&mut body, key.request_header_version(version)).map_err(|error| self.protocol(error))?;
        request.encode(&mut body, version).map_err(|error| self.protocol(error))?;
        let mut answer = self.exchange(&body).map_err(|source| self.connection(source))?;
        let header = ResponseHeader::decode(&mut answer, key.response_header_version(version))
            .map_err(|error| self.protocol(error))?;
        if header.correlation_id != self.correlation_id {
            return Err(self.protocol("the answer is to another request"));
        }
        A::decode(&mut answer, version).map_err(|error| self.protocol(error))
    }

    /// The error of a broker that answered with one.
    pub(crate) fn refused(&self, code: i16) -> WireError {
        WireError::Refused { address: self.address.clone(), code }
    }

    fn exchange(&mut self, body: &[u8]) -> std::io::Result<Bytes> {
        let invalid = || std::io::Error::from(std::io::ErrorKind::InvalidData);
        let length = u32::try_from(body.len()).map_err(|_| invalid())?;
        self.stream.write_all(&[&length.to_be_bytes(), body].concat())?;
        let mut length = [0; 4];
        self.stream.read_exact(&mut length)?;
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if length > ANSWER_BYTES_MAX {
            return Err(invalid());
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer)?;
        Ok(answer.into())
    }

    fn connection(&self, source: std::io::Error) -> WireError {
        WireError::Connection { address: self.address.clone(), source }
    }

    pub(crate) fn protocol(&self, reason: impl ToString) -> WireError {
        WireError::Protocol { address: self.address.clone(), reason: reason.to_string() }
    }
}
