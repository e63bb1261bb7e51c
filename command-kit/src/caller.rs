use service_kit::auth::{Principal, Scope};
use service_kit::telemetry::{self, CorrelationId};

use super::{ExpectedVersion, IdempotencyKey, Refusal, code};

/// Who asks, and what came along with the request.
#[derive(Debug, Clone)]
pub struct Caller {
    pub principal: Principal,
    pub correlation: CorrelationId,
    /// The request's own name, so that a repeat has one effect.
    pub key: Option<IdempotencyKey>,
    /// The version that the aggregate must be at.
    pub expected: Option<ExpectedVersion>,
    /// Whether nothing is stored: the answer says what the command would do now.
    pub is_dry_run: bool,
}

impl Caller {
    /// Refuses a caller without the scope.
    ///
    /// # Errors
    /// [`code::FORBIDDEN`].
    pub fn require(&self, scope: Scope) -> Result<(), Refusal> {
        if self.principal.scopes.contains(scope) { Ok(()) } else { Err(Refusal::scope_missing(scope)) }
    }

    /// What is stored beside the events of a command.
    pub fn metadata(&self) -> event_store::Metadata {
        event_store::Metadata {
            correlation_id: Some(self.correlation.as_str().to_owned()),
            causation_id: None,
            traceparent: telemetry::traceparent(),
            principal: Some(self.principal.subject.to_string()),
        }
    }
}

impl Refusal {
    /// The caller's token lacks a scope.
    pub fn scope_missing(scope: Scope) -> Self {
        Self::new(code::FORBIDDEN, format!("this needs the scope {scope}"))
    }
}
