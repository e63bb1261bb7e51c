//! A token that is looked at for as long as something that it opened stays open.

use std::time::Duration;

use service_kit::auth::{Principal, TokenRefusal, Verifier};
use service_kit::poll;
use tokio_util::sync::CancellationToken;

use super::Shared;

/// Somebody who stays.
pub struct Session {
    pub principal: Principal,
    watched: Watched,
}

/// Their token.
struct Watched {
    token: String,
    verifier: Verifier,
    check: Duration,
}

impl Session {
    /// Of somebody whose token was just checked.
    pub fn new(shared: &Shared, principal: Principal, token: &str) -> Self {
        let (token, verifier) = (token.to_owned(), shared.verifier.clone());
        let check = Duration::from_millis(shared.limits.token_check_ms);
        Self { principal, watched: Watched { token, verifier, check } }
    }

    /// Of somebody whose token was not.
    ///
    /// # Errors
    /// [`TokenRefusal`].
    pub async fn begin(shared: &Shared, token: &str) -> Result<Self, TokenRefusal> {
        Ok(Self::new(shared, shared.verifier.verify(token).await?, token))
    }

    /// Returns once the token no longer counts, with the reason.
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
