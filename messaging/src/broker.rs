//! Which line of Kafka the brokers run, as far as a client can tell.
//!
//! Kafka 4.3.0, 4.3.1 and 4.4.0 can end a transaction without its marker in a partition that has no leader at that
//! moment (KAFKA-20734): `commit_transaction` succeeds, and the next transaction of the same producer then makes
//! aborted records count, or takes committed ones back. A broker reports the metadata versions that it supports. They
//! identify its line, but not its patch level nor whether it was patched.

use std::fmt;
use std::time::Duration;

use kafka_protocol::messages::{ApiKey, ApiVersionsRequest, ApiVersionsResponse};
use kafka_protocol::protocol::StrBytes;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;

use crate::client::{self, METADATA_TIMEOUT_MS};
use crate::wire::{Connection, WireError};

/// The first version of the request whose answer lists supported features.
const API_VERSIONS_VERSION: i16 = 3;
/// The feature whose levels identify the line. Source: org.apache.kafka.server.common.MetadataVersion.
const METADATA_VERSION: &str = "metadata.version";
/// The first level of 4.3.
const FIRST_FAULTY_LEVEL: i16 = 30;
/// The last level of 4.4.
const LAST_FAULTY_LEVEL: i16 = 33;

/// Release line of a broker, by whether its releases lose transaction markers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BrokerLine {
    /// Up to 4.2: none of its releases loses transaction markers.
    Sound,
    /// 4.3 or 4.4: a release of this line loses transaction markers unless it was patched.
    LosesMarkers,
    /// Newer than every Kafka release that this program was tested with.
    Untried,
}

impl BrokerLine {
    /// The line of a broker by the highest metadata version that it supports. `None` for a broker that reports none.
    const fn of_level(level: Option<i16>) -> Self {
        match level {
            Some(FIRST_FAULTY_LEVEL..=LAST_FAULTY_LEVEL) => Self::LosesMarkers,
            Some(level) if level > LAST_FAULTY_LEVEL => Self::Untried,
            Some(_) | None => Self::Sound,
        }
    }
}

impl fmt::Display for BrokerLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sound => "4.2 or older, which loses no transaction markers",
            Self::LosesMarkers => "of line 4.3 or 4.4, whose releases 4.3.0, 4.3.1 and 4.4.0 lose transaction markers",
            Self::Untried => "newer than any release that was tried for lost transaction markers",
        })
    }
}

/// One broker of the cluster and its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broker {
    pub id: i32,
    pub line: BrokerLine,
}

/// Why the brokers' lines are not known.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    /// The cluster does not say which brokers it has.
    #[error("asking for the cluster's brokers failed")]
    Kafka(#[source] KafkaError),
    /// A broker does not answer.
    #[error("asking broker {id} for its versions failed")]
    Broker {
        id: i32,
        #[source]
        source: WireError,
    },
}

/// Asks every broker of the cluster for its line.
///
/// # Errors
/// [`BrokerError`] when one cannot be asked; also where the listener requires TLS or SASL, which this request does not
/// support.
pub async fn lines(brokers: &str) -> Result<Vec<Broker>, BrokerError> {
    let brokers = brokers.to_owned();
    client::blocking(move || ask_all(&brokers)).await
}

fn ask_all(brokers: &str) -> Result<Vec<Broker>, BrokerError> {
    let consumer: BaseConsumer = client::config(brokers).create().map_err(BrokerError::Kafka)?;
    let timeout = Duration::from_millis(METADATA_TIMEOUT_MS);
    let metadata = consumer.fetch_metadata(None, timeout).map_err(BrokerError::Kafka)?;
    let asked = metadata.brokers().iter().map(|broker| {
        let line = ask(&format!("{}:{}", broker.host(), broker.port()));
        line.map(|line| Broker { id: broker.id(), line })
            .map_err(|source| BrokerError::Broker { id: broker.id(), source })
    });
    asked.collect()
}

fn ask(address: &str) -> Result<BrokerLine, WireError> {
    let request = ApiVersionsRequest::default()
        .with_client_software_name(StrBytes::from_static_str(env!("CARGO_PKG_NAME")))
        .with_client_software_version(StrBytes::from_static_str(env!("CARGO_PKG_VERSION")));
    let mut connection = Connection::open(address)?;
    let answer: ApiVersionsResponse = connection.ask(ApiKey::ApiVersions, API_VERSIONS_VERSION, &request)?;
    if answer.error_code != 0 {
        return Err(connection.refused(answer.error_code));
    }
    let feature = answer.supported_features.iter().find(|feature| feature.name.as_str() == METADATA_VERSION);
    Ok(BrokerLine::of_level(feature.map(|feature| feature.max_version)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_metadata_version_tells_the_line() {
        // As 4.1.1, 4.2.2, 4.3.1 and 4.4.0 answer.
        for (level, line) in [
            (Some(27), BrokerLine::Sound),
            (Some(29), BrokerLine::Sound),
            (Some(30), BrokerLine::LosesMarkers),
            (Some(33), BrokerLine::LosesMarkers),
            (Some(34), BrokerLine::Untried),
            (None, BrokerLine::Sound),
        ] {
            assert_eq!(BrokerLine::of_level(level), line, "{level:?}");
        }
    }
}
