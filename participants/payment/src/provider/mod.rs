//! A payment provider as payments need it.

pub mod bank;
mod providers;
pub mod stripe;
mod unconfigured;

use std::sync::Arc;

pub use providers::Providers;
pub use unconfigured::Unconfigured;

use domain::payment::ObservedPayment;
use domain::{Money, OrderId, PaymentId, ProviderReference, Reason, TenantId, Timestamp};
use futures::future::BoxFuture;
use service_kit::BoxError;
use service_kit::config::Secret;

/// A payment to be opened at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPayment {
    pub payment: PaymentId,
    pub order: OrderId,
    pub tenant: TenantId,
    pub amount: Money,
}

/// A provider's payment as it is now.
#[derive(Debug, Clone)]
pub struct Known {
    /// Ours, as it was told when it was opened; `None` for one that was not opened by us.
    pub payment: Option<PaymentId>,
    pub seen: ObservedPayment,
    /// Lets whoever has it authorise the payment with a method. It is never stored.
    pub client_secret: Option<Secret>,
}

/// A page of a provider's payments, the newest first.
#[derive(Debug, Clone)]
pub struct Page {
    pub payments: Vec<Known>,
    /// The last of them, if there are more.
    pub next: Option<ProviderReference>,
}

/// Why a provider did not do what it was told.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// It refuses, and would again.
    #[error("the payment provider refuses: {code}")]
    Refused { code: Reason },
    /// It was not told, or has not taken it. Nothing happened.
    #[error("the payment provider cannot be told")]
    Unavailable(#[source] BoxError),
    /// Whether it happened is not known.
    #[error("the payment provider gives no answer")]
    Unknown(#[source] BoxError),
}

/// An answer of a provider.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, ProviderError>>;

/// What a provider does. Whatever moves money has a key: the same key again has no second effect.
///
/// A declined attempt to authorise is no error: it is what the provider's payment then shows.
pub trait PaymentProvider: Send + Sync {
    /// Opens a payment. It charges nobody.
    fn open<'a>(&'a self, key: &'a str, new: &'a NewPayment) -> Answer<'a, ObservedPayment>;

    /// Authorises a payment with a method.
    fn authorize<'a>(
        &'a self,
        key: &'a str,
        reference: &'a ProviderReference,
        method: &'a ProviderReference,
    ) -> Answer<'a, ObservedPayment>;

    /// Captures an amount of what is authorised.
    fn capture<'a>(
        &'a self,
        key: &'a str,
        reference: &'a ProviderReference,
        amount: Money,
    ) -> Answer<'a, ObservedPayment>;

    /// Gives back what is authorised and not captured.
    fn cancel<'a>(&'a self, key: &'a str, reference: &'a ProviderReference) -> Answer<'a, ObservedPayment>;

    /// Gives back an amount of what was captured.
    fn refund<'a>(
        &'a self,
        key: &'a str,
        reference: &'a ProviderReference,
        amount: Money,
    ) -> Answer<'a, ObservedPayment>;

    /// A payment as it is now.
    fn read<'a>(&'a self, reference: &'a ProviderReference) -> Answer<'a, Known>;

    /// Payments that were opened at or after a moment, the newest first, behind one of them.
    fn list<'a>(&'a self, since: Timestamp, behind: Option<&'a ProviderReference>) -> Answer<'a, Page>;
}

/// A provider that is shared.
pub type SharedProvider = Arc<dyn PaymentProvider>;
