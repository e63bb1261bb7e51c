//! The refusals of payments' commands, beside those of the decider and of every command edge.

use command_kit::{Code, Refusal, Words};
use domain::payment::{PaymentRejection, RequestRefusalReason, code as payment_code};
use service_kit::errors::chain;
use service_kit::postgres::TableError;

/// Codes of this service alone.
mod own {
    domain::codes! {
        /// The payment has moved on.
        PAYMENT_VERSION_STALE = "payment_version_stale", Stale, "The payment is at another version";
        /// Others kept changing the payment.
        PAYMENT_CONTENDED = "payment_contended", Busy, "The payment kept changing";
        /// An event that could not be published.
        PAYMENT_TOO_LARGE = "payment_too_large", Invalid, "The payment is too large";
        /// The order has no payment yet that the customer could pay.
        PAYMENT_NOT_READY = "payment_not_ready", Busy, "There is no payment to be made yet";
        /// Something else is being told to the provider.
        PAYMENT_IN_PROGRESS = "payment_in_progress", Busy, "Something else is under way with the payment";
        /// The payment's state does not allow it.
        PAYMENT_REFUSED = "payment_request_refused", Conflict, "The payment does not allow this";
        /// The provider does not answer.
        PROVIDER_UNAVAILABLE = "payment_provider_unavailable", Unavailable, "The payment provider does not answer";
        /// The payment takes no method, since it is made by bank transfer.
        PAID_BY_TRANSFER = "payment_by_bank_transfer", Conflict, "The payment is made by bank transfer";
        /// No entry of a statement with this id is yours.
        ENTRY_NOT_FOUND = "bank_entry_not_found", NotFound, "There is no such entry";
        /// The entry is another payment's.
        ENTRY_ASSIGNED = "bank_entry_assigned", Conflict, "The entry is another payment's";
        /// The entry is in another currency than the payment.
        ENTRY_OTHER_CURRENCY = "bank_entry_other_currency", Conflict, "The entry is in another currency";
        /// No outgoing transfer with this id is yours.
        TRANSFER_NOT_FOUND = "outgoing_transfer_not_found", NotFound, "There is no such transfer";
        /// The tables of bank transfers cannot be read or written.
        BANK_UNAVAILABLE = "bank_transfers_unavailable", Unavailable, "Bank transfers cannot be read or written";
        /// The signature of a webhook is none.
        WEBHOOK_NOT_SIGNED = "webhook_not_signed", Malformed, "The webhook is not signed by the provider";
        /// The webhook is no JSON.
        WEBHOOK_MALFORMED = "webhook_malformed", Malformed, "The webhook cannot be read";
    }
}
pub(crate) use own::{
    ENTRY_ASSIGNED, ENTRY_NOT_FOUND, ENTRY_OTHER_CURRENCY, PAID_BY_TRANSFER, PAYMENT_NOT_READY, PROVIDER_UNAVAILABLE,
    TRANSFER_NOT_FOUND, WEBHOOK_MALFORMED, WEBHOOK_NOT_SIGNED,
};

/// What refusals call a payment.
pub(crate) const PAYMENT: Words = Words {
    noun: "payment",
    stale: own::PAYMENT_VERSION_STALE,
    contended: own::PAYMENT_CONTENDED,
    too_large: own::PAYMENT_TOO_LARGE,
    scope_missing: Refusal::scope_missing,
    claim_taken,
    codes: CODES,
};

const CODES: &[&[Code]] = &[own::ALL, payment_code::ALL];

/// A payment that is absent or somebody else's: one answer for both.
pub(crate) fn not_found() -> Refusal {
    Refusal::rejected(&PaymentRejection::OtherTenant)
}

/// The tables of bank transfers did not answer.
pub(crate) fn of_table(error: TableError) -> Refusal {
    tracing::warn!(error = chain(&error), "a request about bank transfers was not answered");
    Refusal::new(own::BANK_UNAVAILABLE, "bank transfers cannot be read or written now; try again")
}

/// The payment's answer to a request that its state does not allow.
pub(crate) fn refused(reason: RequestRefusalReason) -> Refusal {
    let (code, detail) = match reason {
        RequestRefusalReason::InProgress => {
            (own::PAYMENT_IN_PROGRESS, "something else is being told to the provider; try again")
        }
        RequestRefusalReason::NotRequested => (PAYMENT_NOT_READY, "the order has not asked for a payment yet"),
        RequestRefusalReason::AlreadyRequested => (own::PAYMENT_REFUSED, "the payment was asked for before"),
        RequestRefusalReason::AlreadyAuthorized => (own::PAYMENT_REFUSED, "the payment is authorised already"),
        RequestRefusalReason::NotAuthorized => (own::PAYMENT_REFUSED, "nothing is authorised"),
        RequestRefusalReason::Captured => (own::PAYMENT_REFUSED, "money was captured; refund it instead"),
        RequestRefusalReason::Voided => (own::PAYMENT_REFUSED, "the payment was voided"),
        RequestRefusalReason::Failed => (own::PAYMENT_REFUSED, "the provider refuses the payment whatever the method"),
        RequestRefusalReason::Expired => (own::PAYMENT_REFUSED, "the authorisation has expired"),
        RequestRefusalReason::MoreThanAuthorized => (own::PAYMENT_REFUSED, "less than that is authorised"),
        RequestRefusalReason::MoreThanCaptured => {
            (own::PAYMENT_REFUSED, "less than that was captured and not charged back")
        }
        RequestRefusalReason::InvalidAmount => (own::PAYMENT_REFUSED, "an amount is more than zero"),
        RequestRefusalReason::OtherCurrency => (own::PAYMENT_REFUSED, "the payment is in another currency"),
        RequestRefusalReason::OtherOrder => (own::PAYMENT_REFUSED, "the payment is another order's"),
    };
    Refusal::new(code, detail)
}

/// Payment claims no values.
fn claim_taken(value: &str) -> Refusal {
    Refusal::new(own::PAYMENT_CONTENDED, format!("{value} is taken"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_are_unique() {
        command_kit::testing::assert_codes_are_unique(super::CODES);
    }
}
