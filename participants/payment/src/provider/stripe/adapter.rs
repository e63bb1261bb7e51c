//! Payments as Stripe keeps them.

use domain::payment::{Failure, ObservedPayment, ObservedStatus};
use domain::{Currency, Money, ProviderReference, Reason, Timestamp};
use futures::FutureExt;
use reqwest::StatusCode;
use service_kit::config::Secret;
use service_kit::outside::{CallError, OutsideOptions};

use super::amounts;
use super::client::{Client, StripeError};
use super::objects::{ApiError, Intent, LatestCharge, List, Movement, Status};
use crate::provider::{Answer, Known, NewPayment, Page, PaymentProvider, ProviderError};

/// Entries of a page.
const PAGE: &str = "100";
/// Has the charge come whole with its payment.
const WITH_CHARGE: (&str, &str) = ("expand[]", "latest_charge");
/// The name of our payment's id in Stripe's metadata.
const PAYMENT: &str = "metadata[payment_id]";
const PAYMENT_KEY: &str = "payment_id";

/// An answer that breaks the provider's own contract.
#[derive(Debug, thiserror::Error)]
enum Malformed {
    #[error("the id {0:?} is none")]
    Id(String),
    #[error("the currency {0:?} is unknown")]
    Currency(String),
}

/// Payments at Stripe.
pub struct Stripe {
    client: Client,
}

impl Stripe {
    /// Payments by an API.
    pub fn new(options: OutsideOptions) -> Self {
        Self { client: Client::new(options) }
    }

    /// Tells something about a payment. A declined attempt is what the payment then shows.
    async fn tell(&self, path: &str, key: &str, parameters: &[(&str, &str)]) -> Result<ObservedPayment, ProviderError> {
        match self.client.post::<Intent>(path, key, parameters).await {
            Ok(intent) => Ok(self.known(intent).await.map_err(unread)?.seen),
            Err(CallError::Refused { refusal, .. }) if refusal.error.kind.as_deref() == Some("card_error") => {
                match refusal.error.payment_intent {
                    Some(intent) => Ok(self.known(*intent).await.map_err(unread)?.seen),
                    None => Err(refused(&refusal.error)),
                }
            }
            Err(error) => Err(failed(error)),
        }
    }

    async fn retrieve(&self, reference: &ProviderReference) -> Result<Intent, ProviderError> {
        let path = format!("/v1/payment_intents/{}", encoded(reference));
        self.client.get(&path, &[WITH_CHARGE]).await.map_err(failed)
    }

    /// A payment with what was given back of it.
    async fn known(&self, intent: Intent) -> Result<Known, ProviderError> {
        let currency = Currency::try_new(&intent.currency.to_uppercase());
        let currency = currency.map_err(|_| malformed(Malformed::Currency(intent.currency.clone())))?;
        let reference = ProviderReference::try_new(&intent.id);
        let reference = reference.map_err(|_| malformed(Malformed::Id(intent.id.clone())))?;
        let charge = match &intent.latest_charge {
            Some(LatestCharge::Whole(charge)) => Some(charge),
            Some(LatestCharge::Id(_)) | None => None,
        };
        let refunded = if charge.is_some_and(|charge| charge.amount_refunded > 0) {
            self.sum("/v1/refunds", &intent.id, |status| !matches!(status, "failed" | "canceled")).await?
        } else {
            0
        };
        let disputed = if charge.is_some_and(|charge| charge.disputed) {
            self.sum("/v1/disputes", &intent.id, |status| status != "won" && !status.starts_with("warning")).await?
        } else {
            0
        };
        let capture_before =
            charge.and_then(|charge| charge.payment_method_details.as_ref()?.card.as_ref()?.capture_before);
        let seen = ObservedPayment {
            reference,
            status: status(&intent),
            capturable: amounts::read(intent.amount_capturable, currency),
            captured: amounts::read(intent.amount_received, currency),
            refunded: amounts::read(refunded, currency),
            disputed: amounts::read(disputed, currency),
            expires_at: capture_before
                .and_then(|second| Timestamp::try_from_micros(second.checked_mul(1_000_000)?).ok()),
            failure: intent.last_payment_error.as_ref().map(failure),
        };
        let payment = intent.metadata.get(PAYMENT_KEY).and_then(|id| id.parse().ok());
        Ok(Known { payment, seen, client_secret: intent.client_secret.map(Secret::new) })
    }

    /// What the refunds or disputes of a payment add up to, those in some states.
    async fn sum(&self, path: &str, intent: &str, counts: fn(&str) -> bool) -> Result<i64, ProviderError> {
        let parameters = [("payment_intent", intent), ("limit", PAGE)];
        let List { data, .. } = self.client.get::<List<Movement>>(path, &parameters).await.map_err(failed)?;
        let counted = data.iter().filter(|movement| counts(movement.status.as_deref().unwrap_or_default()));
        Ok(counted.fold(0_i64, |sum, movement| sum.saturating_add(movement.amount)))
    }
}

fn status(intent: &Intent) -> ObservedStatus {
    match intent.status {
        Status::RequiresPaymentMethod | Status::RequiresConfirmation => ObservedStatus::AwaitsMethod,
        Status::RequiresAction => ObservedStatus::AwaitsAction,
        Status::Processing => ObservedStatus::Processing,
        Status::RequiresCapture => ObservedStatus::Authorized,
        Status::Succeeded => ObservedStatus::Captured,
        Status::Canceled if intent.cancellation_reason.as_deref() == Some("automatic") => ObservedStatus::Expired,
        Status::Canceled => ObservedStatus::Cancelled,
    }
}

fn failure(error: &ApiError) -> Failure {
    let method = error.payment_method.as_ref().and_then(|method| method.id.as_ref());
    let attempt = error.charge.as_ref().or(method).and_then(|id| ProviderReference::try_new(id).ok());
    Failure { attempt, code: code(error) }
}

/// A code of the provider's. It is for programs, so one of another form is none.
fn code(error: &ApiError) -> Reason {
    let unknown = || Reason::try_new("unknown").expect("it is short and printable");
    Reason::try_new(error.code()).unwrap_or_else(|_| unknown())
}

fn refused(error: &ApiError) -> ProviderError {
    ProviderError::Refused { code: code(error) }
}

/// What was told has happened, and what came of it could not be read.
fn unread(error: ProviderError) -> ProviderError {
    ProviderError::Unknown(Box::new(error))
}

fn malformed(error: Malformed) -> ProviderError {
    ProviderError::Unknown(Box::new(error))
}

/// What a failed call means for what was told.
fn failed(error: StripeError) -> ProviderError {
    match error {
        error if error.is_without_effect() => ProviderError::Unavailable(Box::new(error)),
        // With 409 the same key is at work in another request.
        CallError::Refused { status, refusal } if status != StatusCode::CONFLICT => refused(&refusal.error),
        error => ProviderError::Unknown(Box::new(error)),
    }
}

/// An id as a part of a path.
fn encoded(reference: &ProviderReference) -> String {
    form_urlencoded::byte_serialize(reference.as_str().as_bytes()).collect()
}

impl PaymentProvider for Stripe {
    fn open<'a>(&'a self, key: &'a str, new: &'a NewPayment) -> Answer<'a, ObservedPayment> {
        async move {
            let amount = amounts::told(new.amount).to_string();
            let currency = new.amount.currency().code().to_lowercase();
            let (payment, order) = (new.payment.to_string(), new.order.to_string());
            let parameters = [
                ("amount", amount.as_str()),
                ("currency", &currency),
                ("capture_method", "manual"),
                ("payment_method_types[]", "card"),
                (PAYMENT, &payment),
                ("metadata[order_id]", &order),
                ("metadata[tenant]", new.tenant.as_str()),
                WITH_CHARGE,
            ];
            self.tell("/v1/payment_intents", key, &parameters).await
        }
        .boxed()
    }

    fn authorize<'a>(
        &'a self,
        key: &'a str,
        reference: &'a ProviderReference,
        method: &'a ProviderReference,
    ) -> Answer<'a, ObservedPayment> {
        async move {
            let path = format!("/v1/payment_intents/{}/confirm", encoded(reference));
            self.tell(&path, key, &[("payment_method", method.as_str()), WITH_CHARGE]).await
        }
        .boxed()
    }

    fn capture<'a>(
        &'a self,
        key: &'a str,
        reference: &'a ProviderReference,
        amount: Money,
    ) -> Answer<'a, ObservedPayment> {
        async move {
            let path = format!("/v1/payment_intents/{}/capture", encoded(reference));
            let amount = amounts::told(amount).to_string();
            self.tell(&path, key, &[("amount_to_capture", &amount), WITH_CHARGE]).await
        }
        .boxed()
    }

    fn cancel<'a>(&'a self, key: &'a str, reference: &'a ProviderReference) -> Answer<'a, ObservedPayment> {
        async move {
            let path = format!("/v1/payment_intents/{}/cancel", encoded(reference));
            self.tell(&path, key, &[WITH_CHARGE]).await
        }
        .boxed()
    }

    fn refund<'a>(
        &'a self,
        key: &'a str,
        reference: &'a ProviderReference,
        amount: Money,
    ) -> Answer<'a, ObservedPayment> {
        async move {
            let amount = amounts::told(amount).to_string();
            let parameters = [("payment_intent", reference.as_str()), ("amount", &amount)];
            self.client.post::<Movement>("/v1/refunds", key, &parameters).await.map_err(failed)?;
            Ok(self.read(reference).await.map_err(unread)?.seen)
        }
        .boxed()
    }

    fn read<'a>(&'a self, reference: &'a ProviderReference) -> Answer<'a, Known> {
        async move { self.known(self.retrieve(reference).await?).await }.boxed()
    }

    fn list<'a>(&'a self, since: Timestamp, behind: Option<&'a ProviderReference>) -> Answer<'a, Page> {
        async move {
            let since = since.micros().div_euclid(1_000_000).to_string();
            let mut parameters =
                vec![("created[gte]", since.as_str()), ("limit", PAGE), ("expand[]", "data.latest_charge")];
            parameters.extend(behind.map(|behind| ("starting_after", behind.as_str())));
            let listed = self.client.get::<List<Intent>>("/v1/payment_intents", &parameters).await.map_err(failed)?;
            let mut payments = Vec::with_capacity(listed.data.len());
            for intent in listed.data {
                payments.push(self.known(intent).await?);
            }
            let last = payments.last().map(|known| known.seen.reference.clone());
            Ok(Page { payments, next: last.filter(|_| listed.has_more) })
        }
        .boxed()
    }
}
