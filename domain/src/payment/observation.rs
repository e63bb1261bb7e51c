//! What a provider says of its payment, in terms that providers share.

use crate::{ProviderReference, Reason, Timestamp};

/// A provider's payment as it was told or read. Amounts are in minor units of the payment's currency and cover all that has
/// happened to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedPayment {
    /// The provider's id of it.
    pub reference: ProviderReference,
    pub status: ObservedStatus,
    /// What can be captured.
    pub capturable: i64,
    pub captured: i64,
    pub refunded: i64,
    /// What disputes have taken back.
    pub disputed: i64,
    /// When the authorisation ends by itself, where the provider says so.
    pub expires_at: Option<Timestamp>,
    /// The last attempt to authorise, where it failed.
    pub failure: Option<Failure>,
}

/// Where a provider's payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObservedStatus {
    /// Needs a method, since it has none or the last one failed.
    AwaitsMethod,
    /// The customer has to authenticate.
    AwaitsAction,
    /// The provider does not know yet.
    Processing,
    /// Can be captured.
    Authorized,
    /// Nothing further can be captured.
    Captured,
    /// Cancelled by us.
    Cancelled,
    /// Cancelled by the provider, since it was not captured in time.
    Expired,
}

/// A failed attempt to authorise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What tells this attempt from others, such as the id of its charge.
    pub attempt: Option<ProviderReference>,
    /// The provider's code.
    pub code: Reason,
}
