//! What other participants ask of payment. The answers are the events of the payment.

use serde::{Deserialize, Serialize};

use crate::contract::{ContractMoney, declare_requests};

/// The topic of the requests. Key: the payment's id, so that the requests of one payment are handled in order.
pub const REQUESTS_TOPIC: &str = "payments.commands.v1";

/// When money is captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CaptureMode {
    /// When it is asked for.
    Manual,
    /// A symbol of a later release.
    #[serde(other)]
    Unknown,
}

declare_requests! {
    /// What payment is asked for.
    requests PaymentRequest of "payment" namespace "payments.commands.v1" key payment_id;

    /// Open a payment that the customer can authorise.
    AuthorizePayment {
        order_id: String,
        /// The customer that may pay; none for an order without one.
        customer: Option<String>,
        amount: ContractMoney,
        capture: CaptureMode,
    }

    /// Capture what is authorised, all of it or a part.
    CapturePayment {
        order_id: String,
        /// What is to be captured in all.
        amount: ContractMoney,
    }

    /// Cancel what is authorised. Before the payment was asked for, this refuses the late request.
    VoidPayment {
        order_id: String,
    }

    /// Give captured money back.
    RefundPayment {
        order_id: String,
        /// What is to be refunded in all.
        amount: ContractMoney,
        /// For people.
        reason: String,
    }
}
