//! Sessions: a token is checked again for as long as the connection that it opened stays open.

use std::time::Duration;

use service_kit::auth::{Principal, TokenRefusal, Verifier};
use service_kit::poll;
use tokio_util::sync::CancellationToken;

use super::Shared;

/// An authenticated client of a long-lived connection.
pub struct Session {
    pub principal: Principal,
    watched: Watched,
}

/// The token to check again.
struct Watched {
    token: String,
    verifier: Verifier,
    /// Time between two checks.
    check: Duration,
}

impl Session {
    /// A session whose token was just checked.
    pub fn new(shared: &Shared, principal: Principal, token: &str) -> Self {
        let token = token.to_owned();
        let verifier = shared.verifier.clone();
        let check = Duration::from_millis(shared.limits.token_check_ms);
        Self { principal, watched: Watched { token, verifier, check } }
    }

    /// Checks the token and begins a session.
    ///
    /// # Errors
    /// [`TokenRefusal`].
    pub async fn begin(shared: &Shared, token: &str) -> Result<Self, TokenRefusal> {
        Ok(Self::new(shared, shared.verifier.verify(token).await?, token))
    }

    /// Returns the reason once the token is no longer valid.
    pub fn over(self) -> impl Future<Output = TokenRefusal> + Send {
        let Watched { token, verifier, check } = self.watched;
        async move {
            let never = CancellationToken::new();
            loop {
                poll::pause(check, &never).await;
                if let Err(refusal) = verifier.verify(&token).await {
                    return refusal;
                }
            }
        }
    }
}
