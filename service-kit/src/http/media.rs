//! Media types of request bodies.

use axum::http::{HeaderMap, header};
use mime::Mime;

/// The media type of a body in UTF-8; `None` where it cannot be read or names another character set.
fn utf8_type(headers: &HeaderMap) -> Option<Mime> {
    let mime: Mime = headers.get(header::CONTENT_TYPE)?.to_str().ok()?.parse().ok()?;
    let charsets = mime.params().filter(|(name, _)| *name == mime::CHARSET);
    let is_utf8 = charsets.map(|(_, value)| value).all(|charset| charset == mime::UTF_8);
    is_utf8.then_some(mime)
}

/// Whether a body is JSON: `application/json`, or a type that ends in `+json`. JSON has no character set but UTF-8
/// (RFC 8259, 8.1), so one that names another is none.
pub fn is_json(headers: &HeaderMap) -> bool {
    utf8_type(headers).is_some_and(|mime| {
        let is_suffixed = mime.type_() == mime::APPLICATION && mime.suffix() == Some(mime::JSON);
        mime.essence_str() == "application/json" || is_suffixed
    })
}

/// Whether a body is of exactly this type, in UTF-8. `essence` is in lower case, such as `application/x-ndjson`.
pub fn is_media_type(headers: &HeaderMap, essence: &str) -> bool {
    utf8_type(headers).is_some_and(|mime| mime.essence_str() == essence)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn of(content_type: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(content_type))])
    }

    #[test]
    fn json_is_recognised_in_its_spellings_and_in_no_other_character_set() {
        for json in [
            "application/json",
            "Application/JSON; charset=UTF-8",
            "application/json;charset=\"utf-8\"",
            "application/merge-patch+json",
            "application/json; profile=x",
        ] {
            assert!(is_json(&of(json)), "{json}");
        }
        for other in [
            "text/plain",
            "text/json+json",
            "application/jsonp",
            "json",
            "",
            "application/json; charset=utf-16",
            "application/json; charset=latin1",
            "application/json; charset=utf-8; charset=utf-16",
        ] {
            assert!(!is_json(&of(other)), "{other}");
        }
        assert!(!is_json(&HeaderMap::new()));
        assert!(is_media_type(&of("application/X-NDJSON"), "application/x-ndjson"));
        assert!(!is_media_type(&of("application/x-ndjson; charset=latin1"), "application/x-ndjson"));
    }
}
