//! No provider, where none is configured.

use domain::payment::ObservedPayment;
use domain::{Money, ProviderReference, Timestamp};
use futures::FutureExt;

use super::{Answer, Known, NewPayment, Page, PaymentProvider, ProviderError};

/// A provider that nothing can be told to. What is decided waits until there is one.
#[derive(Debug, Clone, Copy)]
pub struct Unconfigured;

fn unavailable<T: Send + 'static>() -> Answer<'static, T> {
    let error = "no payment provider is configured; set STRIPE_API_KEY";
    async move { Err(ProviderError::Unavailable(error.into())) }.boxed()
}

impl PaymentProvider for Unconfigured {
    fn open<'a>(&'a self, _key: &'a str, _new: &'a NewPayment) -> Answer<'a, ObservedPayment> {
        unavailable()
    }

    fn authorize<'a>(
        &'a self,
        _key: &'a str,
        _reference: &'a ProviderReference,
        _method: &'a ProviderReference,
    ) -> Answer<'a, ObservedPayment> {
        unavailable()
    }

    fn capture<'a>(&'a self, _: &'a str, _: &'a ProviderReference, _: Money) -> Answer<'a, ObservedPayment> {
        unavailable()
    }

    fn cancel<'a>(&'a self, _key: &'a str, _reference: &'a ProviderReference) -> Answer<'a, ObservedPayment> {
        unavailable()
    }

    fn refund<'a>(&'a self, _: &'a str, _: &'a ProviderReference, _: Money) -> Answer<'a, ObservedPayment> {
        unavailable()
    }

    fn read<'a>(&'a self, _reference: &'a ProviderReference) -> Answer<'a, Known> {
        unavailable()
    }

    fn list<'a>(&'a self, _since: Timestamp, _behind: Option<&'a ProviderReference>) -> Answer<'a, Page> {
        // Nothing is missing from what is not there.
        async { Ok(Page { payments: Vec::new(), next: None }) }.boxed()
    }
}
