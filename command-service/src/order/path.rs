//! Ids in paths. An id that cannot be read is answered like one that does not exist.

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use domain::{LineId, OrderId, SubjectId};
use serde::Deserialize;

use super::code;
use super::service::not_found;
use command_kit::{Broken, Refusal, hyphenated_uuid};

/// `/v1/orders/{id}`
pub(super) struct OrderPath(pub OrderId);

/// `/v1/orders/{id}/lines/{line_id}`
pub(super) struct LinePath(pub OrderId, pub LineId);

/// `/v1/orders/{id}/validate/{command}`
pub(super) struct DryRunPath(pub OrderId, pub String);

/// `/v1/privacy/subjects/{subject}/…`
pub(super) struct SubjectPath(pub SubjectId);

#[derive(Deserialize)]
struct SubjectParts {
    subject: String,
}

#[derive(Deserialize)]
struct OrderParts {
    id: String,
}

#[derive(Deserialize)]
struct LineParts {
    id: String,
    line_id: String,
}

#[derive(Deserialize)]
struct DryRunParts {
    id: String,
    command: String,
}

fn order(id: &str) -> Result<OrderId, Refusal> {
    id.parse().map_err(|_| not_found())
}

fn unreadable(_: PathRejection) -> Refusal {
    not_found()
}

impl<S: Send + Sync> FromRequestParts<S> for OrderPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let Path(OrderParts { id }) = Path::from_request_parts(parts, state).await.map_err(unreadable)?;
        order(&id).map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for LinePath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let Path(LineParts { id, line_id }) = Path::from_request_parts(parts, state).await.map_err(unreadable)?;
        let line = line_id.parse().map_err(|_| Refusal::new(code::LINE_NOT_FOUND, "a line's id is a UUID"))?;
        Ok(Self(order(&id)?, line))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for DryRunPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let Path(DryRunParts { id, command }) = Path::from_request_parts(parts, state).await.map_err(unreadable)?;
        Ok(Self(order(&id)?, command))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SubjectPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let unknown = || Refusal::new(code::SUBJECT_UNKNOWN, "a subject is customer: and an id, or order: and an id");
        let Path(SubjectParts { subject }) = Path::from_request_parts(parts, state).await.map_err(|_| unknown())?;
        SubjectId::try_new(subject).map(Self).map_err(|_| unknown())
    }
}

/// The id of an order to be made.
pub(super) fn order_id(text: &str) -> Result<OrderId, Broken> {
    match hyphenated_uuid(text) {
        Some(id) if id.get_version_num() == 7 => Ok(OrderId::new(id)),
        _ => Err(Broken("not_a_uuid_v7", "an order's id is a UUIDv7")),
    }
}

/// The id of a line in a body.
pub(super) fn line_id(text: &str) -> Result<LineId, Broken> {
    hyphenated_uuid(text).map(LineId::new).ok_or(Broken("not_a_uuid", "a line's id is a UUID"))
}
