//! Which media type an answer has.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use service_kit::problem::Problem;

/// A media type of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// `application/graphql-response+json`: the status tells whether the request was well-formed.
    Response,
    /// `application/json`, for clients of before: a request that was understood is answered with 200.
    Json,
}

impl Media {
    /// The best that the client accepts.
    pub fn accepted(headers: &HeaderMap) -> Result<Self, Problem> {
        let given: Vec<&str> = headers
            .get_all(header::ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .collect();
        if given.is_empty() {
            return Ok(Self::Response);
        }
        given
            .into_iter()
            .filter_map(Self::offered)
            .max_by(|(a, _), (b, _)| a.total_cmp(b))
            .map(|(_, media)| media)
            .ok_or_else(|| {
                Problem::new(StatusCode::NOT_ACCEPTABLE, "not_acceptable", "No such media type")
                    .detail("accept application/graphql-response+json or application/json")
            })
    }

    /// What a range of `Accept` allows, with how much the client likes it.
    fn offered(range: &str) -> Option<(f32, Self)> {
        let mut parts = range.split(';').map(str::trim);
        let essence = parts.next()?.to_ascii_lowercase();
        let liking = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse::<f32>().ok())?;
        // Between equals the newer type wins, by a hair.
        let (media, bonus) = match essence.as_str() {
            "application/graphql-response+json" | "application/*" | "*/*" => (Self::Response, 0.0001),
            "application/json" => (Self::Json, 0.0),
            _ => return None,
        };
        (liking > 0.0).then_some((liking + bonus, media))
    }

    /// The header's value.
    pub const fn content_type(self) -> HeaderValue {
        match self {
            Self::Response => HeaderValue::from_static("application/graphql-response+json; charset=utf-8"),
            Self::Json => HeaderValue::from_static("application/json; charset=utf-8"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newer_type_wins_where_the_client_does_not_mind() {
        let accepted = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, value.parse().unwrap());
            Media::accepted(&headers).map_err(|problem| problem.status().as_u16())
        };
        assert_eq!(Media::accepted(&HeaderMap::new()).unwrap(), Media::Response);
        assert_eq!(accepted("*/*"), Ok(Media::Response));
        assert_eq!(accepted("application/json"), Ok(Media::Json));
        assert_eq!(accepted("application/graphql-response+json, application/json;q=0.9"), Ok(Media::Response));
        assert_eq!(accepted("application/json, application/graphql-response+json;q=0.5"), Ok(Media::Json));
        assert_eq!(accepted("text/plain"), Err(406));
        assert_eq!(accepted("application/json;q=0"), Err(406));
    }
}
