//! Methods to pay with, by the names of Stripe's test methods.

/// What comes of paying with a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Works,
    /// The customer has to authenticate, and it works if they do.
    NeedsAction,
    /// Declined with a code and a decline code.
    Declined {
        code: &'static str,
        decline_code: Option<&'static str>,
        message: &'static str,
    },
    /// It works, and what is captured is disputed at once.
    Disputed {
        reason: &'static str,
    },
}

const fn declined(code: &'static str, decline_code: Option<&'static str>, message: &'static str) -> Outcome {
    Outcome::Declined { code, decline_code, message }
}

const GENERIC: Outcome = declined("card_declined", Some("generic_decline"), "Your card was declined.");
const NO_FUNDS: Outcome = declined("card_declined", Some("insufficient_funds"), "Your card has insufficient funds.");
const LOST: Outcome = declined("card_declined", Some("lost_card"), "Your card was declined.");
const STOLEN: Outcome = declined("card_declined", Some("stolen_card"), "Your card was declined.");
const FRAUD: Outcome = declined("card_declined", Some("fraudulent"), "Your card was declined.");
const VELOCITY: Outcome = declined("card_declined", Some("card_velocity_exceeded"), "Your card was declined.");
const EXPIRED: Outcome = declined("expired_card", None, "Your card has expired.");
const CVC: Outcome = declined("incorrect_cvc", None, "Your card's security code is incorrect.");
const PROCESSING: Outcome = declined("processing_error", None, "An error occurred while processing your card.");

/// Every method, with what comes of it.
const OUTCOMES: &[(&str, Outcome)] = &[
    ("pm_card_visa", Outcome::Works),
    ("pm_card_visa_debit", Outcome::Works),
    ("pm_card_mastercard", Outcome::Works),
    ("pm_card_amex", Outcome::Works),
    ("pm_card_us", Outcome::Works),
    ("pm_card_threeDSecureOptional", Outcome::Works),
    ("pm_card_threeDSecure2Required", Outcome::NeedsAction),
    ("pm_card_threeDSecureRequired", Outcome::NeedsAction),
    ("pm_card_authenticationRequired", Outcome::NeedsAction),
    ("pm_card_chargeDeclined", GENERIC),
    ("pm_card_visa_chargeDeclined", GENERIC),
    ("pm_card_chargeCustomerFail", GENERIC),
    ("pm_card_chargeDeclinedInsufficientFunds", NO_FUNDS),
    ("pm_card_visa_chargeDeclinedInsufficientFunds", NO_FUNDS),
    ("pm_card_visa_chargeDeclinedLostCard", LOST),
    ("pm_card_visa_chargeDeclinedStolenCard", STOLEN),
    ("pm_card_chargeDeclinedFraudulent", FRAUD),
    ("pm_card_visa_chargeDeclinedVelocityLimitExceeded", VELOCITY),
    ("pm_card_chargeDeclinedExpiredCard", EXPIRED),
    ("pm_card_chargeDeclinedIncorrectCvc", CVC),
    ("pm_card_chargeDeclinedProcessingError", PROCESSING),
    ("pm_card_createDispute", Outcome::Disputed { reason: "fraudulent" }),
    ("pm_card_createDisputeProductNotReceived", Outcome::Disputed { reason: "product_not_received" }),
];

/// The names of all methods.
pub const METHODS: [&str; OUTCOMES.len()] = {
    let mut names = [""; OUTCOMES.len()];
    let mut index = 0;
    while index < names.len() {
        names[index] = OUTCOMES[index].0;
        index += 1;
    }
    names
};

/// What comes of a method; `None` where there is none of that name.
pub(crate) fn outcome(method: &str) -> Option<Outcome> {
    OUTCOMES.iter().find(|(name, _)| *name == method).map(|(_, outcome)| *outcome)
}
