//! Refuses requests with an ambiguous head before anything else reads it.
//!
//! A proxy and a server that read a head differently can be made to disagree about where a request ends or whom it is for
//! (request smuggling), so every ambiguity is refused. hyper has checked the grammar before.

use axum::extract::Request;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, HOST, TRANSFER_ENCODING};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

/// Answers 400, 415 or 501 to a request whose head is ambiguous or asks for an unknown coding.
///
/// - `Host` must stand once in a request of HTTP/1.1 and be a host with an optional port (RFC 9112, 3.2).
/// - `Transfer-Encoding` may only be `chunked`, once (RFC 9112, 6.1). A `Content-Length` beside it does not count: hyper has
///   removed it, as the same section allows.
/// - `Content-Encoding` may only be `identity` (RFC 9110, 8.4), and `Content-Type` must stand at most once.
pub async fn require_clear_framing(request: Request, next: Next) -> Response {
    match check(request.version(), request.uri().authority(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(Unclear { problem, close }) => {
            let mut response = problem.into_response();
            if close {
                // The end of the request is not certain, so nothing after it may be read as another one.
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            if response.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE {
                response.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
            }
            response
        }
    }
}

struct Unclear {
    problem: Problem,
    close: bool,
}

fn check(version: Version, authority: Option<&Authority>, headers: &HeaderMap) -> Result<(), Unclear> {
    host(version, authority, headers).map_err(|detail| malformed("malformed_host", detail, true))?;
    transfer_coding(version, headers)?;
    if headers.get_all(CONTENT_TYPE).iter().count() > 1 {
        return Err(malformed("malformed_head", "Content-Type stands more than once", false));
    }
    let mut codings = members(headers, CONTENT_ENCODING);
    if !codings.all(|coding| coding.eq_ignore_ascii_case("identity")) {
        let problem = Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unknown_content_coding",
            "The content coding is not known",
        )
        .detail("send the body without Content-Encoding");
        return Err(Unclear { problem, close: false });
    }
    Ok(())
}

fn malformed(code: &'static str, detail: &str, close: bool) -> Unclear {
    let problem = Problem::new(StatusCode::BAD_REQUEST, code, "The request's head cannot be read").detail(detail);
    Unclear { problem, close }
}

fn host(version: Version, authority: Option<&Authority>, headers: &HeaderMap) -> Result<(), &'static str> {
    let mut given = headers.get_all(HOST).iter();
    let Some(value) = given.next() else {
        // HTTP/2 has the host in :authority, and HTTP/1.0 needs none.
        return if version == Version::HTTP_11 { Err("send one header Host") } else { Ok(()) };
    };
    if given.next().is_some() {
        return Err("send one header Host");
    }
    let named = value.to_str().ok().and_then(|text| text.parse::<Authority>().ok());
    let named = named.filter(is_host_and_port).ok_or("Host is a host name with an optional port")?;
    match authority {
        Some(authority) if version >= Version::HTTP_2 && *authority != named => Err("Host is not :authority"),
        _ => Ok(()),
    }
}

/// Whether a text is a DNS name or an address with an optional port. `http::uri::Authority` also takes a user, leaves
/// the port's digits unchecked, and takes a comma, by which some proxies join two headers.
fn is_host_and_port(authority: &Authority) -> bool {
    let host = authority.host();
    let is_name = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    let is_bracketed = host.starts_with('[') && host.ends_with(']');
    let port_is_clear = match authority.as_str().strip_prefix(host) {
        Some("") => true,
        Some(_) => authority.port_u16().is_some(),
        None => false,
    };
    !host.is_empty() && (is_name || is_bracketed) && port_is_clear
}

fn transfer_coding(version: Version, headers: &HeaderMap) -> Result<(), Unclear> {
    if !headers.contains_key(TRANSFER_ENCODING) {
        return Ok(());
    }
    if version < Version::HTTP_11 {
        return Err(malformed("malformed_transfer_coding", "HTTP/1.0 has no Transfer-Encoding", true));
    }
    let mut chunked = 0_usize;
    for coding in members(headers, TRANSFER_ENCODING) {
        if !coding.eq_ignore_ascii_case("chunked") {
            let problem =
                Problem::new(StatusCode::NOT_IMPLEMENTED, "unknown_transfer_coding", "Unknown transfer coding")
                    .detail("send Transfer-Encoding: chunked, or Content-Length");
            return Err(Unclear { problem, close: true });
        }
        chunked += 1;
    }
    if chunked == 1 {
        Ok(())
    } else {
        Err(malformed("malformed_transfer_coding", "chunked stands once in Transfer-Encoding", true))
    }
}

/// The members of a list header, from all its lines.
fn members(headers: &HeaderMap, name: header::HeaderName) -> impl Iterator<Item = &str> {
    headers
        .get_all(name)
        .iter()
        // A value that is no text is an unknown coding.
        .map(|value| value.to_str().unwrap_or("?"))
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|member| !member.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(version: Version, pairs: &[(&'static str, &'static str)]) -> u16 {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        match check(version, None, &headers) {
            Ok(()) => 200,
            Err(Unclear { problem, .. }) => problem.status().as_u16(),
        }
    }

    #[test]
    fn a_host_stands_once_and_is_one() {
        let of = |hosts: &[&'static str]| {
            let pairs: Vec<_> = hosts.iter().map(|host| ("host", *host)).collect();
            verdict(Version::HTTP_11, &pairs)
        };
        for host in ["shop.example", "shop.example:8080", "127.0.0.1:1", "[::1]:8080", "[::1]", "a-b.c"] {
            assert_eq!(of(&[host]), 200, "{host}");
        }
        for host in ["", " ", "a b", "user@shop", "shop:", "shop:port", "shop:99999", "shop/path", "http://shop", "a,b"]
        {
            assert_eq!(of(&[host]), 400, "{host}");
        }
        assert_eq!(of(&[]), 400);
        assert_eq!(of(&["shop.example", "shop.example"]), 400);
        assert_eq!(verdict(Version::HTTP_10, &[]), 200);
        assert_eq!(verdict(Version::HTTP_2, &[]), 200);
    }

    #[test]
    fn in_http_2_a_host_says_what_authority_says() {
        let authority: Authority = "shop.example".parse().unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static("shop.example"));
        assert!(check(Version::HTTP_2, Some(&authority), &headers).is_ok());
        headers.insert(HOST, HeaderValue::from_static("other.example"));
        assert!(check(Version::HTTP_2, Some(&authority), &headers).is_err());
    }

    #[test]
    fn a_body_is_chunked_once_or_has_a_length() {
        let of = |pairs: &[(&'static str, &'static str)]| {
            let pairs = [&[("host", "shop")], pairs].concat();
            verdict(Version::HTTP_11, &pairs)
        };
        let te = "transfer-encoding";
        assert_eq!(of(&[(te, "chunked")]), 200);
        assert_eq!(of(&[(te, "Chunked")]), 200);
        assert_eq!(of(&[("content-length", "3")]), 200);
        assert_eq!(of(&[(te, "chunked, chunked")]), 400);
        assert_eq!(of(&[(te, "chunked"), (te, "chunked")]), 400);
        assert_eq!(of(&[(te, "")]), 400);
        assert_eq!(of(&[(te, "gzip, chunked")]), 501);
        assert_eq!(of(&[(te, "identity")]), 501);
        assert_eq!(of(&[(te, "xchunked")]), 501);
        assert_eq!(verdict(Version::HTTP_10, &[(te, "chunked")]), 400);
    }

    #[test]
    fn a_body_comes_uncoded() {
        let of = |coding| verdict(Version::HTTP_11, &[("host", "shop"), ("content-encoding", coding)]);
        assert_eq!(of("identity"), 200);
        for coding in ["gzip", "br", "identity, gzip", "zstd", "x"] {
            assert_eq!(of(coding), 415, "{coding}");
        }
        let twice = [("host", "shop"), ("content-type", "application/json"), ("content-type", "text/plain")];
        assert_eq!(verdict(Version::HTTP_11, &twice), 400);
    }
}
