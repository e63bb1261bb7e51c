//! Negotiation of the answer's media type.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use service_kit::problem::Problem;

/// A media type of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// `application/graphql-response+json`: the status says whether the request was well-formed.
    Response,
    /// `application/json`, for older clients: every request that could be read is answered with 200.
    Json,
}

/// What a client accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    /// The best media type for one answer.
    single: Option<Media>,
    /// Whether answers may come as server-sent events.
    events: bool,
}

impl Accepted {
    /// Reads `Accept`.
    pub fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let given: Vec<&str> = headers
            .get_all(header::ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .collect();
        if given.is_empty() {
            return Ok(Self { single: Some(Media::Response), events: false });
        }
        let ranges: Vec<(f32, &str)> = given.into_iter().filter_map(range).collect();
        let offered = ranges.iter().filter_map(|(quality, essence)| Media::offered(*quality, essence));
        let single = offered.max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, media)| media);
        let events = ranges.iter().any(|(_, essence)| essence.eq_ignore_ascii_case(EVENTS));
        if single.is_none() && !events {
            return Err(Problem::new(StatusCode::NOT_ACCEPTABLE, "not_acceptable", "No such media type")
                .detail(format!("accept application/graphql-response+json, application/json or {EVENTS}")));
        }
        Ok(Self { single, events })
    }

    /// The media type for one answer; `None` for events, which a client that accepts both gets for subscriptions alone.
    pub fn answer_to(self, subscription: impl FnOnce() -> bool) -> Option<Media> {
        self.single.filter(|_| !self.events || !subscription())
    }
}

/// A range of `Accept` with its quality; `None` if the quality is zero.
fn range(text: &str) -> Option<(f32, &str)> {
    let mut parts = text.split(';').map(str::trim);
    let essence = parts.next()?;
    let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse::<f32>().ok())?;
    (quality > 0.0).then_some((quality, essence))
}

/// Server-sent events.
const EVENTS: &str = "text/event-stream";

impl Media {
    /// The media type that a range of `Accept` allows, with its quality.
    fn offered(quality: f32, essence: &str) -> Option<(f32, Self)> {
        // At equal quality the newer type wins, by a small bonus.
        let (media, bonus) = match essence.to_ascii_lowercase().as_str() {
            "application/graphql-response+json" | "application/*" | "*/*" => (Self::Response, 0.0001),
            "application/json" => (Self::Json, 0.0),
            _ => return None,
        };
        Some((quality + bonus, media))
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
    fn the_newer_type_wins_where_the_client_has_no_preference() {
        let accepted = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, value.parse().unwrap());
            let accepted = Accepted::of(&headers).map_err(|problem| problem.status().as_u16());
            accepted.map(|accepted| (accepted.answer_to(|| false), accepted.answer_to(|| true)))
        };
        let single = |media| Ok((Some(media), Some(media)));
        assert_eq!(Accepted::of(&HeaderMap::new()).unwrap().answer_to(|| true), Some(Media::Response));
        assert_eq!(accepted("*/*"), single(Media::Response));
        assert_eq!(accepted("application/json"), single(Media::Json));
        assert_eq!(accepted("application/graphql-response+json, application/json;q=0.9"), single(Media::Response));
        assert_eq!(accepted("application/json, application/graphql-response+json;q=0.5"), single(Media::Json));
        assert_eq!(accepted("text/event-stream"), Ok((None, None)));
        assert_eq!(accepted("application/json, text/event-stream"), Ok((Some(Media::Json), None)));
        assert_eq!(accepted("application/json, text/event-stream;q=0"), single(Media::Json));
        assert_eq!(accepted("text/plain"), Err(406));
        assert_eq!(accepted("application/json;q=0"), Err(406));
    }
}
