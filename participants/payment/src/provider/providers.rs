//! Bank transfer beside another provider.

use std::sync::Arc;

use domain::payment::ObservedPayment;
use domain::{Money, ProviderReference, Timestamp};
use futures::FutureExt;

use super::bank::{BankTransfer, is_bank_reference};
use super::{Answer, Known, NewPayment, Page, PaymentProvider, SharedProvider};

/// Has a payment opened by the tenant: those with an account are paid by bank transfer, all others at the other provider. Whatever comes
/// later goes where the payment was opened, as its reference says, so that a changed setting moves no payment.
pub struct Providers {
    bank: Arc<BankTransfer>,
    other: SharedProvider,
}

impl Providers {
    /// Bank transfer, and the provider of tenants without an account.
    pub const fn new(bank: Arc<BankTransfer>, other: SharedProvider) -> Self {
        Self { bank, other }
    }

    fn of(&self, reference: &ProviderReference) -> &dyn PaymentProvider {
        if is_bank_reference(reference) { &*self.bank } else { &*self.other }
    }
}

impl PaymentProvider for Providers {
    fn open<'a>(&'a self, key: &'a str, new: &'a NewPayment) -> Answer<'a, ObservedPayment> {
        if self.bank.account(&new.tenant).is_some() { self.bank.open(key, new) } else { self.other.open(key, new) }
    }

    fn authorize<'a>(
        &'a self,
        key: &'a str,
        reference: &'a ProviderReference,
        method: &'a ProviderReference,
    ) -> Answer<'a, ObservedPayment> {
        self.of(reference).authorize(key, reference, method)
    }

    fn capture<'a>(
        &'a self,
        key: &'a str,
        reference: &'a ProviderReference,
        amount: Money,
    ) -> Answer<'a, ObservedPayment> {
        self.of(reference).capture(key, reference, amount)
    }

    fn cancel<'a>(&'a self, key: &'a str, reference: &'a ProviderReference) -> Answer<'a, ObservedPayment> {
        self.of(reference).cancel(key, reference)
    }

    fn refund<'a>(
        &'a self,
        key: &'a str,
        reference: &'a ProviderReference,
        amount: Money,
    ) -> Answer<'a, ObservedPayment> {
        self.of(reference).refund(key, reference, amount)
    }

    fn read<'a>(&'a self, reference: &'a ProviderReference) -> Answer<'a, Known> {
        self.of(reference).read(reference)
    }

    /// The other provider's payments, and behind its last page those by bank transfer.
    fn list<'a>(&'a self, since: Timestamp, behind: Option<&'a ProviderReference>) -> Answer<'a, Page> {
        async move {
            if behind.is_some_and(is_bank_reference) {
                return self.bank.list(since, behind).await;
            }
            let mut page = self.other.list(since, behind).await?;
            if page.next.is_none() {
                let Page { payments, next } = self.bank.list(since, None).await?;
                page.payments.extend(payments);
                page.next = next;
            }
            Ok(page)
        }
        .boxed()
    }
}
