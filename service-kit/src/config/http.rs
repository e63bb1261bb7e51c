//! Settings of the server's addresses and of its clients' limits.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;

use axum::http::{HeaderValue, Uri};

use super::{ConfigError, Variables};

/// The server's addresses, allowed origins and limits of connections.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// Address and port of `/metrics`, which is for operators and not for clients.
    pub metrics_listen: SocketAddr,
    /// Origins whose pages may call the engine from a browser; `*` alone allows all.
    pub cors_origins: Vec<HeaderValue>,
    /// Most connections of one peer at once. `None` takes the server's default.
    pub connections_per_peer_max: Option<NonZeroU32>,
    /// Folder of the built GraphiQL page. Without it `/graphql` explains how to build one.
    pub graphiql_dir: Option<PathBuf>,
}

impl HttpSettings {
    /// Parses `ENGINE_LISTEN` (by default 127.0.0.1:8080), `ENGINE_METRICS_LISTEN` (127.0.0.1:9464), `ENGINE_CORS_ORIGINS`
    /// (none), `ENGINE_CONNECTIONS_PER_PEER_MAX` and `ENGINE_GRAPHIQL_DIR`.
    ///
    /// # Errors
    /// The first variable that is wrong.
    pub fn from_variables(variables: &Variables) -> Result<Self, ConfigError> {
        Ok(Self {
            listen: variables.parsed("ENGINE_LISTEN", SocketAddr::from(([127, 0, 0, 1], 8080)))?,
            metrics_listen: variables.parsed("ENGINE_METRICS_LISTEN", SocketAddr::from(([127, 0, 0, 1], 9464)))?,
            cors_origins: cors_origins(variables)?,
            connections_per_peer_max: positive(variables, "ENGINE_CONNECTIONS_PER_PEER_MAX")?,
            graphiql_dir: variables.optional("ENGINE_GRAPHIQL_DIR").map(PathBuf::from),
        })
    }
}

/// Origins parted by commas, each a scheme and an authority and nothing else, as browsers send them (RFC 6454).
fn cors_origins(variables: &Variables) -> Result<Vec<HeaderValue>, ConfigError> {
    const VARIABLE: &str = "ENGINE_CORS_ORIGINS";
    let Some(text) = variables.optional(VARIABLE) else { return Ok(Vec::new()) };
    let wrong =
        || ConfigError::invalid(VARIABLE, "give origins such as https://shop.example, parted by commas, or * alone");
    text.split(',')
        .map(str::trim)
        .map(|origin| {
            let uri = origin.parse::<Uri>().ok();
            let is_origin = uri.is_some_and(|uri| {
                let rebuilt = uri.scheme_str().zip(uri.authority()).map(|(scheme, host)| format!("{scheme}://{host}"));
                rebuilt.as_deref() == Some(origin)
            });
            let is_all = origin == "*" && text.trim() == "*";
            if is_origin || is_all { HeaderValue::from_str(origin).map_err(|_| wrong()) } else { Err(wrong()) }
        })
        .collect()
}

/// What one subject may use in a second, in each process. `None`, or zero in a variable, means no limit.
#[derive(Debug, Clone, Copy)]
pub struct FairnessSettings {
    /// Requests under `/v1`, which are mostly commands.
    pub commands_per_s: Option<NonZeroU32>,
    /// Total cost of GraphQL operations.
    pub query_cost_per_s: Option<NonZeroU32>,
}

/// Far more than a person or a web shop's pages need, and less than what keeps two cores busy.
const COMMANDS_PER_S: u32 = 2_000;
/// Fifty of the most expensive operations a second.
const QUERY_COST_PER_S: u32 = 50_000;

impl FairnessSettings {
    /// Parses `ENGINE_COMMANDS_PER_S` (2,000) and `ENGINE_QUERY_COST_PER_S` (50,000).
    ///
    /// # Errors
    /// The first variable that is no whole number of 32 bits.
    pub fn from_variables(variables: &Variables) -> Result<Self, ConfigError> {
        let commands: u32 = variables.parsed("ENGINE_COMMANDS_PER_S", COMMANDS_PER_S)?;
        let query_cost: u32 = variables.parsed("ENGINE_QUERY_COST_PER_S", QUERY_COST_PER_S)?;
        Ok(Self { commands_per_s: NonZeroU32::new(commands), query_cost_per_s: NonZeroU32::new(query_cost) })
    }
}

fn positive(variables: &Variables, variable: &'static str) -> Result<Option<NonZeroU32>, ConfigError> {
    let Some(text) = variables.optional(variable) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| ConfigError::invalid(variable, "give a whole number from 1 on"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn http(name: &str, value: &str) -> Result<HttpSettings, ConfigError> {
        HttpSettings::from_variables(&Variables::from_pairs([(name, value)]))
    }

    fn fairness(name: &str, value: &str) -> Result<FairnessSettings, ConfigError> {
        FairnessSettings::from_variables(&Variables::from_pairs([(name, value)]))
    }

    #[test]
    fn defaults_are_for_one_machine() {
        let settings = HttpSettings::from_variables(&Variables::default()).unwrap();
        assert_eq!(settings.metrics_listen.to_string(), "127.0.0.1:9464");
        assert!(settings.cors_origins.is_empty() && settings.graphiql_dir.is_none());
        let budgets = FairnessSettings::from_variables(&Variables::default()).unwrap();
        assert_eq!(budgets.commands_per_s.map(NonZeroU32::get), Some(COMMANDS_PER_S));
    }

    #[test]
    fn origins_are_listed_and_zero_is_no_budget() {
        let origins = http("ENGINE_CORS_ORIGINS", "https://a.example, http://127.0.0.1:3000").unwrap().cors_origins;
        assert_eq!(origins, ["https://a.example", "http://127.0.0.1:3000"]);
        assert_eq!(http("ENGINE_CORS_ORIGINS", "*").unwrap().cors_origins, ["*"]);
        assert_eq!(fairness("ENGINE_COMMANDS_PER_S", "0").unwrap().commands_per_s, None);
    }

    #[test]
    fn wrong_values_name_their_variable() {
        for (name, value) in [
            ("ENGINE_METRICS_LISTEN", "metrics"),
            ("ENGINE_CORS_ORIGINS", "shop.example"),
            ("ENGINE_CORS_ORIGINS", "https://shop.example/"),
            ("ENGINE_CORS_ORIGINS", "https://shop.example, *"),
            ("ENGINE_CONNECTIONS_PER_PEER_MAX", "0"),
        ] {
            let text = http(name, value).unwrap_err().to_string();
            assert!(text.starts_with(&format!("{name} is not valid: ")), "{text}");
        }
        for (name, value) in [("ENGINE_COMMANDS_PER_S", "-1"), ("ENGINE_QUERY_COST_PER_S", "many")] {
            let text = fairness(name, value).unwrap_err().to_string();
            assert!(text.starts_with(&format!("{name} is not valid: ")), "{text}");
        }
    }
}
