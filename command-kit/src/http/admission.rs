//! Admission of commands: authentication, the caller's share and budget, the whole body, then a permit to run.
//!
//! The order matters. A body is read only for a caller with a valid token and a free share, and a permit is acquired
//! only after the whole body has arrived, so that a body that never arrives delays only its sender.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRef, FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use service_kit::auth::{Principal, Verifier};
use service_kit::fairness::{Allowance, RateLimit, Shares, Spent};
use service_kit::problem::{Problem, read_body};
use tokio::sync::Semaphore;

use super::json::{BODY_BYTES_MAX, body_refusal};
use crate::{Refusal, code};

/// The state of admission. Cheap to clone.
#[derive(Clone)]
pub struct Admission {
    verifier: Verifier,
    shares: Shares,
    budget: Option<Arc<RateLimit>>,
    at_work: Arc<Semaphore>,
}

impl Admission {
    /// Lets at most `requests_max` commands be at work, and at most `commands_per_s` of one subject begin in a second.
    pub fn new(verifier: Verifier, requests_max: usize, commands_per_s: Option<NonZeroU32>) -> Self {
        Self {
            verifier,
            shares: Shares::of("commands", requests_max),
            budget: commands_per_s.map(|per_s| Arc::new(RateLimit::new("commands", per_s, NonZeroU32::MIN))),
            at_work: Arc::new(Semaphore::new(requests_max)),
        }
    }

    fn spend(&self, principal: &Principal) -> Result<Option<Allowance>, Spent> {
        self.budget.as_ref().map(|budget| budget.take(principal, NonZeroU32::MIN)).transpose()
    }
}

impl FromRef<Admission> for Verifier {
    fn from_ref(admission: &Admission) -> Self {
        admission.verifier.clone()
    }
}

/// Answers 401 or 403, 429, 408 or 413, and 503, in this order, or lets the request through with its body in memory.
pub async fn admit(State(admission): State<Admission>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let principal = match Principal::from_request_parts(&mut parts, &admission).await {
        Ok(principal) => principal,
        Err(problem) => return problem.into_response(),
    };
    let _share = match admission.shares.take(&principal) {
        Ok(share) => share,
        Err(taken) => return Problem::from(taken).into_response(),
    };
    let allowance = match admission.spend(&principal) {
        Ok(allowance) => allowance,
        Err(spent) => {
            let mut response = Problem::from(spent).into_response();
            spent.allowance.write_to(response.headers_mut());
            return response;
        }
    };
    let body = match read_body(body, BODY_BYTES_MAX).await {
        Ok(body) => body,
        Err(problem) => return body_refusal(&problem).into_response(),
    };
    let Ok(_permit) = admission.at_work.try_acquire() else {
        metrics::counter!("commands_shed_total").increment(1);
        return Refusal::new(code::OVERLOADED, "too many commands are at work; try again").into_response();
    };
    parts.extensions.insert(principal);
    let mut response = next.run(Request::from_parts(parts, Body::from(body))).await;
    if let Some(allowance) = allowance {
        allowance.write_to(response.headers_mut());
    }
    response
}
