//! The settings, one struct for each subject, so that a tool reads no more than it needs.

use std::path::PathBuf;
use std::str::FromStr;

use super::drafts::DraftSettings;
use super::http::{FairnessSettings, HttpSettings};
use super::kitchens::KitchenSettings;
use super::notifications::NotificationSettings;
use super::payments::PaymentSettings;
use super::shipping::ShippingSettings;
use super::variables::http_url;
use super::{ConfigError, DatabaseSettings, Variables};

/// All settings of the server.
#[derive(Debug, Clone)]
pub struct Settings {
    pub databases: DatabaseSettings,
    pub messaging: MessagingSettings,
    pub http: HttpSettings,
    pub fairness: FairnessSettings,
    pub memory: MemorySettings,
    pub jwt: JwtSettings,
    pub keys: KeySettings,
    pub sagas: SagaSettings,
    pub drafts: DraftSettings,
    pub relay: RelaySettings,
    pub payments: PaymentSettings,
    pub notifications: NotificationSettings,
    pub kitchens: KitchenSettings,
    pub shipping: ShippingSettings,
    pub telemetry: TelemetrySettings,
}

impl Settings {
    /// Parses every part.
    ///
    /// # Errors
    /// The first variable that is absent or wrong.
    pub fn from_variables(variables: &Variables) -> Result<Self, ConfigError> {
        Ok(Self {
            databases: DatabaseSettings::from_variables(variables)?,
            messaging: MessagingSettings::from_variables(variables)?,
            http: HttpSettings::from_variables(variables)?,
            fairness: FairnessSettings::from_variables(variables)?,
            memory: MemorySettings::from_variables(variables)?,
            jwt: JwtSettings::from_variables(variables)?,
            keys: KeySettings::from_variables(variables)?,
            sagas: SagaSettings::from_variables(variables),
            drafts: DraftSettings::from_variables(variables)?,
            relay: RelaySettings::from_variables(variables)?,
            payments: PaymentSettings::from_variables(variables)?,
            notifications: NotificationSettings::from_variables(variables)?,
            kitchens: KitchenSettings::from_variables(variables)?,
            shipping: ShippingSettings::from_variables(variables)?,
            telemetry: TelemetrySettings::from_variables(variables)?,
        })
    }
}

/// Kafka and the registry of its schemas.
#[derive(Debug, Clone)]
pub struct MessagingSettings {
    /// `host:port`, several separated by commas.
    pub kafka_brokers: String,
    /// With the path of its Confluent API, without a slash at the end.
    pub schema_registry_url: String,
}

/// How a relay treats brokers of a line that loses transaction markers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BrokersThatLoseMarkers {
    /// Log a warning and go on, since whether such a broker was patched cannot be found out.
    #[default]
    Warn,
    /// Publish nothing through such brokers.
    Refuse,
}

impl FromStr for BrokersThatLoseMarkers {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "warn" => Ok(Self::Warn),
            "refuse" => Ok(Self::Refuse),
            _ => Err("give warn or refuse"),
        }
    }
}

impl MessagingSettings {
    /// Parses `KAFKA_BROKERS` and `SCHEMA_REGISTRY_URL`.
    ///
    /// # Errors
    /// The first variable that is absent or wrong.
    pub fn from_variables(variables: &Variables) -> Result<Self, ConfigError> {
        let registry = http_url("SCHEMA_REGISTRY_URL", variables.required("SCHEMA_REGISTRY_URL")?)?;
        Ok(Self { kafka_brokers: variables.required("KAFKA_BROKERS")?.to_owned(), schema_registry_url: registry })
    }
}

/// Settings of the relay.
#[derive(Debug, Clone, Copy, Default)]
pub struct RelaySettings {
    /// How the relay treats brokers of a line that loses transaction markers.
    pub brokers_that_lose_markers: BrokersThatLoseMarkers,
}

impl RelaySettings {
    /// Parses `RELAY_BROKERS_THAT_LOSE_MARKERS`, by default `warn`.
    ///
    /// # Errors
    /// When it is neither `warn` nor `refuse`.
    pub fn from_variables(variables: &Variables) -> Result<Self, ConfigError> {
        let parsed = variables.parsed("RELAY_BROKERS_THAT_LOSE_MARKERS", BrokersThatLoseMarkers::default());
        parsed.map(|brokers_that_lose_markers| Self { brokers_that_lose_markers })
    }
}

/// What a process keeps in memory.
#[derive(Debug, Clone, Copy)]
pub struct MemorySettings {
    /// Bytes of recent aggregates, of all kinds together.
    pub aggregate_cache_bytes_max: u64,
}

/// Some ten thousand aggregates of usual size.
const AGGREGATE_CACHE_BYTES_MAX: u64 = 64 << 20;

impl MemorySettings {
    /// Parses `ENGINE_AGGREGATE_CACHE_BYTES` (64 MiB).
    ///
    /// # Errors
    /// When it is no whole number.
    pub fn from_variables(variables: &Variables) -> Result<Self, ConfigError> {
        let parsed = variables.parsed("ENGINE_AGGREGATE_CACHE_BYTES", AGGREGATE_CACHE_BYTES_MAX);
        parsed.map(|aggregate_cache_bytes_max| Self { aggregate_cache_bytes_max })
    }
}

/// Which access tokens are accepted.
#[derive(Debug, Clone)]
pub struct JwtSettings {
    /// Path or http(s) URL of a JSON Web Key Set.
    pub jwks: String,
    /// The required `iss`.
    pub issuer: String,
    /// The required `aud`.
    pub audience: String,
}

const DEFAULT_ISSUER: &str = "order-engine-dev";
const DEFAULT_AUDIENCE: &str = "order-engine";

impl JwtSettings {
    /// Parses `ENGINE_JWKS`, `ENGINE_JWT_ISSUER` and `ENGINE_JWT_AUDIENCE`.
    ///
    /// # Errors
    /// When `ENGINE_JWKS` is absent.
    pub fn from_variables(variables: &Variables) -> Result<Self, ConfigError> {
        let (issuer, audience) = issuer_and_audience(variables);
        Ok(Self { jwks: variables.required("ENGINE_JWKS")?.to_owned(), issuer, audience })
    }
}

fn issuer_and_audience(variables: &Variables) -> (String, String) {
    let text = |variable, default: &str| variables.optional(variable).unwrap_or(default).to_owned();
    (text("ENGINE_JWT_ISSUER", DEFAULT_ISSUER), text("ENGINE_JWT_AUDIENCE", DEFAULT_AUDIENCE))
}

/// The key that wraps the customers' keys.
#[derive(Debug, Clone)]
pub struct KeySettings {
    /// A file with 32 random bytes in base64.
    pub master_key_file: PathBuf,
}

impl KeySettings {
    /// Parses `ENGINE_MASTER_KEY_FILE`.
    ///
    /// # Errors
    /// When it is absent.
    pub fn from_variables(variables: &Variables) -> Result<Self, ConfigError> {
        Ok(Self { master_key_file: variables.required("ENGINE_MASTER_KEY_FILE")?.into() })
    }
}

/// How placed orders are driven.
#[derive(Debug, Clone, Default)]
pub struct SagaSettings {
    /// A TOML file with the policies of tenants; without it, placed orders are left to whoever listens to their events.
    pub policies_file: Option<PathBuf>,
}

impl SagaSettings {
    /// Parses `SAGA_POLICIES_FILE`.
    pub fn from_variables(variables: &Variables) -> Self {
        Self { policies_file: variables.optional("SAGA_POLICIES_FILE").map(Into::into) }
    }
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// Text for people at a terminal.
    Text,
}

impl FromStr for LogFormat {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "json" => Ok(Self::Json),
            "text" => Ok(Self::Text),
            _ => Err("give json or text"),
        }
    }
}

/// Logs and traces.
#[derive(Debug, Clone)]
pub struct TelemetrySettings {
    /// Base URL of an OTLP receiver over HTTP; no traces are exported without it.
    pub otlp_endpoint: Option<String>,
    /// Which spans and events are kept, in the syntax of `RUST_LOG`.
    pub filter: String,
    pub format: LogFormat,
}

/// The default filter: libraries log warnings and errors only.
const DEFAULT_FILTER: &str = "info,hyper=warn,h2=warn,reqwest=warn,tokio_postgres=warn,refinery_core=warn,rdkafka=warn";

impl TelemetrySettings {
    /// Parses `OTEL_EXPORTER_OTLP_ENDPOINT`, `RUST_LOG` and `ENGINE_LOG`.
    ///
    /// # Errors
    /// The first variable that is wrong.
    pub fn from_variables(variables: &Variables) -> Result<Self, ConfigError> {
        let endpoint = variables.optional("OTEL_EXPORTER_OTLP_ENDPOINT");
        Ok(Self {
            otlp_endpoint: endpoint.map(|url| http_url("OTEL_EXPORTER_OTLP_ENDPOINT", url)).transpose()?,
            filter: variables.optional("RUST_LOG").unwrap_or(DEFAULT_FILTER).to_owned(),
            format: variables.parsed("ENGINE_LOG", LogFormat::Json)?,
        })
    }
}

/// Settings of a client of the engine.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    /// Base URL of the engine, without a slash at the end.
    pub engine_url: String,
    /// PEM private key for development tokens.
    pub signing_key: Option<PathBuf>,
    /// The `iss` of development tokens.
    pub issuer: String,
    /// The `aud` of development tokens.
    pub audience: String,
}

impl ClientSettings {
    /// Parses `ENGINE_URL`, by default `http://127.0.0.1:8080`, `ENGINE_SIGNING_KEY`, issuer and audience.
    ///
    /// # Errors
    /// When `ENGINE_URL` is no http(s) URL.
    pub fn from_variables(variables: &Variables) -> Result<Self, ConfigError> {
        let (issuer, audience) = issuer_and_audience(variables);
        let url = variables.optional("ENGINE_URL").unwrap_or("http://127.0.0.1:8080");
        let signing_key = variables.optional("ENGINE_SIGNING_KEY").map(PathBuf::from);
        Ok(Self { engine_url: http_url("ENGINE_URL", url)?, signing_key, issuer, audience })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Variables {
        Variables::from_pairs([
            ("ORDERS_DATABASE_URL", "postgres://o:secret@db/orders"),
            ("READ_DATABASE_URL", "postgres://r@db/read"),
            ("IDENTITY_DATABASE_URL", "postgresql://i@db/identity"),
            ("KAFKA_BROKERS", "127.0.0.1:9092"),
            ("SCHEMA_REGISTRY_URL", "http://127.0.0.1:8081/apis/ccompat/v7/"),
            ("ENGINE_JWKS", "keys/jwks.json"),
            ("ENGINE_MASTER_KEY_FILE", "keys/master.key"),
        ])
    }

    fn with(name: &str, value: &str) -> Result<Settings, ConfigError> {
        Settings::from_variables(&Variables::from_pairs([(name, value)]).or(full()))
    }

    #[test]
    fn a_budget_of_memory_is_a_number_of_bytes() {
        let bytes = |text| with("ENGINE_AGGREGATE_CACHE_BYTES", text).map(|set| set.memory.aggregate_cache_bytes_max);
        assert_eq!(bytes("1048576").unwrap(), 1 << 20);
        assert_eq!(Settings::from_variables(&full()).unwrap().memory.aggregate_cache_bytes_max, 64 << 20);
        let text = bytes("64MB").unwrap_err().to_string();
        assert!(text.starts_with("ENGINE_AGGREGATE_CACHE_BYTES is not valid: "), "{text}");
    }

    #[test]
    fn a_full_set_parses_with_its_defaults() {
        let settings = Settings::from_variables(&full()).unwrap();
        assert_eq!(settings.http.listen.to_string(), "127.0.0.1:8080");
        assert_eq!((&*settings.jwt.issuer, &*settings.jwt.audience), ("order-engine-dev", "order-engine"));
        assert_eq!(settings.messaging.schema_registry_url, "http://127.0.0.1:8081/apis/ccompat/v7");
        assert_eq!(settings.telemetry.format, LogFormat::Json);
        assert_eq!(settings.relay.brokers_that_lose_markers, BrokersThatLoseMarkers::Warn);
        assert!(!format!("{settings:?}").contains("secret"));
    }

    #[test]
    fn wrong_values_name_their_variable() {
        for (name, value) in [
            ("ORDERS_DATABASE_URL", "mysql://db"),
            ("ENGINE_LISTEN", "8080"),
            ("ENGINE_LOG", "xml"),
            ("RELAY_BROKERS_THAT_LOSE_MARKERS", "yes"),
            ("SCHEMA_REGISTRY_URL", "127.0.0.1:8081"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector"),
        ] {
            let text = with(name, value).unwrap_err().to_string();
            assert!(text.starts_with(&format!("{name} is not valid: ")), "{text}");
        }
        let absent = Settings::from_variables(&Variables::default()).unwrap_err().to_string();
        assert!(absent.starts_with("ORDERS_DATABASE_URL is not set"), "{absent}");
    }

    #[test]
    fn a_client_needs_nothing() {
        let client = ClientSettings::from_variables(&Variables::default()).unwrap();
        assert_eq!((&*client.engine_url, client.signing_key), ("http://127.0.0.1:8080", None));
    }
}
