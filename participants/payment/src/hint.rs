//! Hints that a payment has changed at its provider: a webhook, or an entry of a statement.

use command_kit::Refusal;
use domain::ProviderReference;
use service_kit::errors::chain;

use crate::code::PROVIDER_UNAVAILABLE;
use crate::context::Payments;
use crate::payment::AskError;
use crate::provider::ProviderError;

impl Payments {
    /// Reads a payment at its provider, and records what that shows. One that is not there, or not recorded here, is left alone.
    ///
    /// # Errors
    /// A [`Refusal`] where it could not be read or recorded, so that the hint has to come again.
    pub(crate) async fn look_at(&self, reference: &ProviderReference) -> Result<(), Refusal> {
        let unavailable = |error: &(dyn std::error::Error + 'static)| {
            tracing::warn!(%reference, error = chain(error), "a hinted payment was not recorded; the hint has to come again");
            Refusal::new(PROVIDER_UNAVAILABLE, "the payment cannot be looked at; send it again")
        };
        let known = match self.provider.read(reference).await {
            Ok(known) => known,
            Err(ProviderError::Refused { code }) => {
                tracing::warn!(%reference, %code, "a hint is about a payment that is not there");
                return Ok(());
            }
            Err(error) => return Err(unavailable(&error)),
        };
        let Some(payment) = known.payment else { return Ok(()) };
        match self.take(payment, known).await {
            Ok(()) => Ok(()),
            Err(AskError::Refused { source, .. }) => {
                tracing::warn!(%reference, error = chain(&source), "a hint is about a payment of somebody else's");
                Ok(())
            }
            Err(error @ AskError::Store { .. }) => Err(unavailable(&error)),
        }
    }
}
