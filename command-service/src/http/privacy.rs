//! Erasing personal data.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::caller::Unkeyed;
use super::path::SubjectPath;
use crate::commands::{Commands, Erasure, Refusal};

/// Erase a subject's personal data
///
/// Names, addresses, phone numbers and emails are sealed under a key for each customer (or each order without one). The
/// key is destroyed first, which erases every copy: in the log, in topics, read models and backups. Then
/// `SubjectErased` is recorded in each of the subject's orders, so that other teams delete their readable copies. It
/// needs no Idempotency-Key: a repeat changes nothing, and goes on where an earlier request stopped. While the answer
/// says `remaining`, send it again. It cannot be undone.
#[utoipa::path(post, path = "/v1/privacy/subjects/{subject}/erase", tag = "privacy", responses(
    (status = 200, description = "The data is erased, and every order has recorded it.", body = Erasure),
    (status = 202, description = "The data is erased, but not yet recorded in every order. Send the request again.",
        body = Erasure),
))]
pub(super) async fn erase_subject(
    State(commands): State<Arc<Commands>>,
    Unkeyed(caller): Unkeyed,
    SubjectPath(subject): SubjectPath,
) -> Result<(StatusCode, Json<Erasure>), Refusal> {
    let erasure = commands.erase(&caller, &subject).await?;
    let status = if erasure.remaining { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok((status, Json(erasure)))
}
