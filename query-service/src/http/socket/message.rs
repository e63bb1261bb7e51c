//! The messages of a WebSocket connection, and the reasons to close it.

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use service_kit::auth::{TokenRefusal, strip_bearer};
use service_kit::fairness::Taken;
use service_kit::problem::{parse_borrowed, parse_strict};

use crate::config::BODY_BYTES_MAX;
use crate::http::stream::StreamItem;
use crate::http::{Received, receive};

/// A message of a client.
pub enum ClientMessage {
    /// The first message. It has the token in `authorization` if the HTTP handshake had none.
    ConnectionInit(Option<Map<String, Value>>),
    /// Starts an operation under the client's id for it.
    Subscribe {
        id: String,
        request: Received,
    },
    /// Ends the operation with this id.
    Complete {
        id: String,
    },
    Ping,
    Pong,
}

/// A client's message as JSON. Its members depend on `type`.
#[derive(Deserialize)]
struct WireMessage<'a> {
    r#type: Kind,
    id: Option<String>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    ConnectionInit,
    Subscribe,
    Complete,
    Ping,
    Pong,
}

/// Why a connection is closed. The codes are the protocol's own and those of RFC 6455.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closing {
    /// The service stops.
    GoingAway,
    /// A message is too large.
    TooLarge,
    /// A message does not belong to the protocol.
    Invalid(&'static str),
    /// An operation came before the connection was acknowledged.
    Unauthorised,
    /// The token is invalid, or no longer valid.
    Forbidden(TokenRefusal),
    /// The subject or the tenant has as many WebSockets open as it may.
    TooMany(Taken),
    /// The client speaks another protocol.
    Protocol,
    /// No `connection_init` came in time.
    InitTimeout,
    /// An operation with this id is running.
    Exists(String),
    /// A second `connection_init`.
    InitTwice,
    /// The client does not read, does not answer pings, or has closed the connection: nothing can be sent.
    Silent,
}

/// A close frame holds so many bytes of text (RFC 6455, 5.5, less the code).
const REASON_BYTES_MAX: usize = 123;

impl ClientMessage {
    /// Reads a message; `None` for what only keeps the connection alive.
    pub fn read(message: Message) -> Result<Option<Self>, Closing> {
        let text = match message {
            Message::Text(text) => text,
            Message::Ping(_) | Message::Pong(_) => return Ok(None),
            Message::Close(_) => return Err(Closing::Silent),
            Message::Binary(_) => return Err(Closing::Invalid("messages are text")),
        };
        if text.len() > BODY_BYTES_MAX {
            return Err(Closing::TooLarge);
        }
        Self::parse(&text).map(Some).ok_or(Closing::Invalid("no message of this protocol"))
    }

    fn parse(text: &str) -> Option<Self> {
        let WireMessage { r#type, id, payload } = parse_borrowed(text).ok()?;
        Some(match r#type {
            Kind::ConnectionInit => Self::ConnectionInit(match payload {
                Some(payload) => Some(parse(payload)?),
                None => None,
            }),
            Kind::Subscribe => {
                Self::Subscribe { id: named(id)?, request: receive::from_message(parse(payload?)?).ok()? }
            }
            Kind::Complete => Self::Complete { id: named(id)? },
            Kind::Ping | Kind::Pong
                if payload.is_some_and(|payload| parse::<Map<String, Value>>(payload).is_none()) =>
            {
                return None;
            }
            Kind::Ping => Self::Ping,
            Kind::Pong => Self::Pong,
        })
    }
}

/// The id of an operation must not be empty.
fn named(id: Option<String>) -> Option<String> {
    id.filter(|id| !id.is_empty())
}

fn parse<T: DeserializeOwned>(payload: &RawValue) -> Option<T> {
    parse_strict(payload.get().as_bytes()).ok()
}

/// The token in the payload of `connection_init`. The member's name is matched without regard to case, like a header's.
pub fn token(payload: Option<&Map<String, Value>>) -> Option<Result<&str, TokenRefusal>> {
    let mut members = payload?.iter();
    let (_, value) = members.find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
    Some(value.as_str().ok_or(TokenRefusal::Malformed).and_then(strip_bearer))
}

/// A message to the client.
#[derive(Serialize)]
struct ServerMessage<'a> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    /// Written unchanged, so that the fields of a result keep their order.
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<&'a RawValue>,
}

impl ServerMessage<'_> {
    fn message(&self) -> Message {
        Message::Text(serde_json::to_string(self).expect("a message is made of JSON").into())
    }
}

/// `connection_ack`.
pub fn acknowledged() -> Message {
    ServerMessage { r#type: "connection_ack", id: None, payload: None }.message()
}

/// `pong`.
pub fn pong() -> Message {
    ServerMessage { r#type: "pong", id: None, payload: None }.message()
}

/// An item of an operation; `None` for its completion.
pub fn item(id: &str, item: Option<StreamItem>) -> Message {
    let (r#type, payload) = match &item {
        Some(StreamItem::Next(result)) => ("next", Some(&**result)),
        Some(StreamItem::Failed(errors)) => ("error", Some(&**errors)),
        None => ("complete", None),
    };
    ServerMessage { r#type, id: Some(id), payload }.message()
}

impl Closing {
    /// The close frame; `None` if the client cannot receive one.
    pub fn frame(&self) -> Option<CloseFrame> {
        let (code, reason) = match self {
            Self::GoingAway => (1001, "the service stops; go on from the last cursor".to_owned()),
            Self::TooLarge => (1009, format!("a message has at most {BODY_BYTES_MAX} bytes")),
            Self::Invalid(what) => (4400, (*what).to_owned()),
            Self::Unauthorised => (4401, "Unauthorized".to_owned()),
            Self::Forbidden(refusal) => (4403, refusal.to_string()),
            Self::TooMany(taken) => (1013, taken.to_string()),
            Self::Protocol => (4406, "Subprotocol not acceptable".to_owned()),
            Self::InitTimeout => (4408, "Connection initialisation timeout".to_owned()),
            Self::Exists(id) => (4409, format!("Subscriber for {id} already exists")),
            Self::InitTwice => (4429, "Too many initialisation requests".to_owned()),
            Self::Silent => return None,
        };
        let end = reason.floor_char_boundary(REASON_BYTES_MAX);
        Some(CloseFrame { code, reason: Utf8Bytes::from(&reason[..end]) })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ARRAY: &str = "[\"subscribe\", \"7\", {\"query\": \"{ a }\"}]";
    const TWICE: &str = "{\"type\": \"ping\", \"type\": \"pong\"}";
    const PAYLOAD: &str = "{\"type\": \"subscribe\", \"id\": \"7\", \"payload\": [\"{ a }\"]}";
    const EMPTY: &str = "{\"type\": \"complete\", \"id\": \"\"}";
    const PING: &str = "{\"type\": \"ping\", \"payload\": \"x\"}";
    const OBJECT: &str = "{\"type\": {\"ping\": null}}";

    fn read(text: &str) -> Result<Option<ClientMessage>, Closing> {
        ClientMessage::read(Message::Text(text.into()))
    }

    #[test]
    fn messages_of_the_protocol_are_read_and_no_others() {
        assert!(matches!(read("{\"type\": \"connection_init\"}"), Ok(Some(ClientMessage::ConnectionInit(None)))));
        assert!(matches!(read("{\"type\": \"ping\", \"payload\": {\"a\": 1}}"), Ok(Some(ClientMessage::Ping))));
        let subscribe = "{\"type\": \"subscribe\", \"id\": \"7\", \"payload\": {\"query\": \"{ a }\"}}";
        assert!(matches!(read(subscribe), Ok(Some(ClientMessage::Subscribe { id, .. })) if id == "7"));
        assert!(matches!(ClientMessage::read(Message::Pong(Vec::new().into())), Ok(None)));
        for wrong in [
            "",
            "[]",
            "{}",
            "{\"type\": \"start\"}",
            "{\"type\": \"subscribe\", \"id\": 7}",
            "\u{0}",
            ARRAY,
            TWICE,
            PAYLOAD,
            OBJECT,
            EMPTY,
            PING,
        ] {
            assert!(matches!(read(wrong), Err(Closing::Invalid(_))), "{wrong}");
        }
        assert!(matches!(ClientMessage::read(Message::Binary(Vec::new().into())), Err(Closing::Invalid(_))));
        assert!(matches!(read(&" ".repeat(BODY_BYTES_MAX + 1)), Err(Closing::TooLarge)));
    }

    #[test]
    fn the_token_is_found_by_any_spelling_of_its_member() {
        let found = |payload: Value| {
            let found = token(payload.as_object()).map(|found| found.map(str::to_owned));
            found.map(|found| found.map_err(|refusal| refusal.to_string()))
        };
        assert_eq!(found(json!({"x": 1, "Authorization": "bearer abc"})), Some(Ok("abc".to_owned())));
        assert_eq!(found(json!({"authorization": 7})), Some(Err(TokenRefusal::Malformed.to_string())));
        assert_eq!(found(json!({"authorization": "Basic abc"})), Some(Err(TokenRefusal::Absent.to_string())));
        assert_eq!(found(json!({})), None);
        assert_eq!(token(None), None);
    }

    #[test]
    fn a_result_is_sent_as_it_stands() {
        let result = RawValue::from_string("{\"data\":{\"b\":1,\"a\":2}}".to_owned()).unwrap();
        let Message::Text(text) = item("7", Some(StreamItem::Next(result))) else { panic!("messages are text") };
        assert_eq!(text.as_str(), "{\"type\":\"next\",\"id\":\"7\",\"payload\":{\"data\":{\"b\":1,\"a\":2}}}");
    }

    #[test]
    fn a_reason_fits_its_frame() {
        let frame = Closing::Exists("ä".repeat(200)).frame().unwrap();
        assert_eq!(frame.code, 4409);
        assert!(frame.reason.len() <= REASON_BYTES_MAX && frame.reason.starts_with("Subscriber for ä"));
        assert_eq!(Closing::Silent.frame(), None);
    }
}
