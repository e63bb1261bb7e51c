//! Payments by bank transfer, as payments tell and read them.

use domain::bank::CreditorReference;
use domain::payment::ObservedPayment;
use domain::{Money, ProviderReference, Reason, Timestamp};
use futures::FutureExt;
use service_kit::postgres::TableError;
use tokio_postgres::types::ToSql;

use super::book::{Book, ToSend};
use super::payment::{BankPayment, SendReason};
use super::transfer::{BankTransfer, reference_of};
use crate::provider::{Answer, Known, NewPayment, Page, PaymentProvider, ProviderError};

/// Entries of a page.
const PAGE: usize = 100;

/// Why something is not done, whatever is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refused {
    TakesNoMethod,
    NotFound,
    NotReceived,
    Captured,
    Cancelled,
    TooMuch,
    OtherCurrency,
}

impl Refused {
    const fn code(self) -> &'static str {
        match self {
            Self::TakesNoMethod => "bank_transfer_takes_no_method",
            Self::NotFound => "bank_transfer_not_found",
            Self::NotReceived => "bank_transfer_not_received",
            Self::Captured => "bank_transfer_captured",
            Self::Cancelled => "bank_transfer_cancelled",
            Self::TooMuch => "bank_transfer_amount_too_large",
            Self::OtherCurrency => "bank_transfer_other_currency",
        }
    }
}

impl From<Refused> for ProviderError {
    fn from(refused: Refused) -> Self {
        Self::Refused { code: Reason::try_new(refused.code()).expect("it is short and printable") }
    }
}

impl From<TableError> for ProviderError {
    fn from(error: TableError) -> Self {
        match error {
            TableError::Connect(_) => Self::Unavailable(error.into()),
            TableError::Statement { .. } => Self::Unknown(error.into()),
        }
    }
}

/// What a payment is told.
#[derive(Clone, Copy)]
enum Told<'a> {
    Capture { key: &'a str, amount: Money },
    Cancel,
    Refund { key: &'a str, amount: Money },
}

impl BankTransfer {
    async fn tell(&self, reference: &ProviderReference, told: Told<'_>) -> Result<ObservedPayment, ProviderError> {
        let mut client = self.pool.get().await.map_err(TableError::Connect)?;
        let book = Book::begin(&mut client).await?;
        book.hold(reference).await?;
        let payment = book.payment(reference).await?.ok_or(Refused::NotFound)?;
        let reason = match told {
            Told::Capture { key, amount } => {
                capture(&book, &payment, key, amount).await?;
                Some(SendReason::NotCaptured)
            }
            Told::Cancel => {
                cancel(&book, &payment).await?;
                None
            }
            Told::Refund { key, amount } => {
                self.refund_once(&book, &payment, key, amount).await?;
                None
            }
        };
        let payment = book.settle(reference, reason, (self.new_id(), self.now())).await?;
        book.commit().await?;
        Ok(payment.ok_or(Refused::NotFound)?.known().seen)
    }

    async fn refund_once(
        &self,
        book: &Book<'_>,
        payment: &BankPayment,
        key: &str,
        amount: Money,
    ) -> Result<(), ProviderError> {
        if !book.query(include_str!("sql/refund_known.sql"), &[&key]).await?.is_empty() {
            return Ok(());
        }
        let left = payment.captured.unwrap_or(0) - payment.refunded;
        check(payment, amount, left)?;
        let to_send = ToSend { id: self.new_id(), reason: SendReason::Refund, key: Some(key), amount, at: self.now() };
        Ok(book.send(payment, to_send).await?)
    }
}

async fn capture(book: &Book<'_>, payment: &BankPayment, key: &str, amount: Money) -> Result<(), ProviderError> {
    if payment.captured.is_some() {
        let is_repeat = payment.capture_key.as_deref() == Some(key);
        return if is_repeat { Ok(()) } else { Err(Refused::Captured.into()) };
    }
    if payment.is_cancelled {
        return Err(Refused::Cancelled.into());
    }
    if !payment.is_paid() {
        return Err(Refused::NotReceived.into());
    }
    check(payment, amount, payment.amount.minor())?;
    let values: [&(dyn ToSql + Sync); 3] = [&payment.reference.as_str(), &amount.minor(), &key];
    book.execute(include_str!("sql/capture.sql"), &values).await?;
    Ok(())
}

async fn cancel(book: &Book<'_>, payment: &BankPayment) -> Result<(), ProviderError> {
    if payment.captured.is_some() {
        return Err(Refused::Captured.into());
    }
    book.execute(include_str!("sql/cancel.sql"), &[&payment.reference.as_str()]).await?;
    Ok(())
}

/// Whether an amount is one of a payment, and there is as much.
fn check(payment: &BankPayment, amount: Money, left: i64) -> Result<(), Refused> {
    if amount.currency() != payment.amount.currency() {
        Err(Refused::OtherCurrency)
    } else if amount.minor() > left {
        Err(Refused::TooMuch)
    } else {
        Ok(())
    }
}

impl PaymentProvider for BankTransfer {
    /// The payment's id is the key: its reference follows from it.
    fn open<'a>(&'a self, _key: &'a str, new: &'a NewPayment) -> Answer<'a, ObservedPayment> {
        async move {
            let reference = reference_of(new.payment);
            let (stated, currency) = (CreditorReference::of(new.payment), new.amount.currency());
            let values: [&(dyn ToSql + Sync); 8] = [
                &reference.as_str(),
                &new.payment.uuid(),
                &new.order.uuid(),
                &new.tenant.as_str(),
                &stated.as_str(),
                &new.amount.minor(),
                &currency.code(),
                &self.now().to_datetime(),
            ];
            self.query("open a payment", include_str!("sql/open.sql"), &values).await?;
            Ok(self.read(&reference).await?.seen)
        }
        .boxed()
    }

    /// Refused: the customer makes a transfer instead.
    fn authorize<'a>(
        &'a self,
        _key: &'a str,
        _reference: &'a ProviderReference,
        _method: &'a ProviderReference,
    ) -> Answer<'a, ObservedPayment> {
        async { Err(Refused::TakesNoMethod.into()) }.boxed()
    }

    fn capture<'a>(
        &'a self,
        key: &'a str,
        reference: &'a ProviderReference,
        amount: Money,
    ) -> Answer<'a, ObservedPayment> {
        self.tell(reference, Told::Capture { key, amount }).boxed()
    }

    fn cancel<'a>(&'a self, _key: &'a str, reference: &'a ProviderReference) -> Answer<'a, ObservedPayment> {
        self.tell(reference, Told::Cancel).boxed()
    }

    fn refund<'a>(
        &'a self,
        key: &'a str,
        reference: &'a ProviderReference,
        amount: Money,
    ) -> Answer<'a, ObservedPayment> {
        self.tell(reference, Told::Refund { key, amount }).boxed()
    }

    fn read<'a>(&'a self, reference: &'a ProviderReference) -> Answer<'a, Known> {
        async move {
            let action = "read a payment";
            let rows = self.query(action, include_str!("sql/payment.sql"), &[&reference.as_str()]).await?;
            let row = rows.first().ok_or(Refused::NotFound)?;
            Ok(BankPayment::read(row).map_err(TableError::failed_to(action))?.known())
        }
        .boxed()
    }

    fn list<'a>(&'a self, since: Timestamp, behind: Option<&'a ProviderReference>) -> Answer<'a, Page> {
        async move {
            let action = "list payments";
            let behind = behind.map(ProviderReference::as_str);
            let one_more = i64::try_from(PAGE + 1).expect("a page is small");
            let values: [&(dyn ToSql + Sync); 3] = [&since.to_datetime(), &behind, &one_more];
            let rows = self.query(action, include_str!("sql/payments.sql"), &values).await?;
            let payments = rows.iter().take(PAGE).map(|row| BankPayment::read(row).map(|payment| payment.known()));
            let payments: Vec<_> = payments.collect::<Result<_, _>>().map_err(TableError::failed_to(action))?;
            let last = payments.last().map(|known| known.seen.reference.clone());
            Ok(Page { payments, next: last.filter(|_| rows.len() > PAGE) })
        }
        .boxed()
    }
}
