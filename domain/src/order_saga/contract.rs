//! What a saga publishes. The records stand beside the stored events in `event.rs`; here is what they share.

use crate::contract::{self, declare_symbols};

pub use super::event::records::*;
pub use crate::order::contract::{HoldKind, ScreeningOutcome};

/// The topic of the records. Key: the order's id.
pub const TOPIC: &str = "orders.saga.events.v1";

/// A public event of a saga with what its record's headers say of it.
pub type Published = contract::Published<PublicEvent>;

declare_symbols!(
    /// What another participant's event means for the saga.
    AnswerKind of super::AnswerKind {
        StockGranted,
        StockRefused,
        StockRenewed,
        StockReleased,
        StockExpired,
        StockShippedInPart,
        StockShipped,
        StockBackorderFilled,
        StockRequestRefused,
        PaymentPending,
        PaymentActionRequired,
        PaymentAuthorized,
        PaymentDeclined,
        PaymentCaptured,
        CaptureFailed,
        PaymentVoided,
        VoidFailed,
        PaymentRefunded,
        RefundFailed,
        PaymentExpired,
        PaymentDisputed,
        PaymentRequestRefused,
        FulfilmentRequested,
        FulfilmentAccepted,
        FulfilmentRejected,
        FulfilmentReleased,
        FulfilmentHeld,
        FulfilmentPacked,
        FulfilmentShipped,
        FulfilmentDelivered,
        FulfilmentLost,
        FulfilmentCancelled,
        FulfilmentRequestRefused,
    }
);
declare_symbols!(
    /// What was suspicious.
    ScreeningReason of super::ScreeningReason {
        LargeTotal,
        ManyOrders,
        CountryMismatch,
        DeniedCustomer,
        DeniedCountry,
    }
);
declare_symbols!(
    /// Why an order is undone.
    UndoCause of super::UndoCause {
        Cancelled,
        OutOfStock,
        Fraud,
        ReviewTimedOut,
        PaymentDeclined,
        PaymentTimedOut,
        PaymentFailed,
        Operator,
    }
);
declare_symbols!(
    /// Why a person is needed.
    TaskKind of super::TaskKind {
        Review,
        NoAnswer,
        CompensationFailed,
        NotFulfillable,
        NotAccepted,
        NotPacked,
        NotShipped,
        NotDelivered,
        Lost,
        ShippedMeanwhile,
        StockNotShipped,
        Disputed,
    }
);
declare_symbols!(
    /// What a person decided.
    TaskDecision of super::TaskDecision {
        Approve,
        Continue,
        Undo,
    }
);
declare_symbols!(
    /// A request of the saga.
    Asked of super::Asked {
        Reserve,
        Renew,
        Release,
        ShipStock,
        Authorize,
        Capture,
        Void,
        Refund,
        Fulfil,
        ReleaseFulfilment,
        CancelFulfilment,
        HoldFulfilment,
    }
);
declare_symbols!(
    /// How a saga ended.
    SagaOutcome of super::SagaOutcome {
        Completed,
        Undone,
    }
);
