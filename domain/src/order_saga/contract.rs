//! What a saga publishes. The records stand beside the stored events in `event.rs`; here is what they share.

use serde::{Deserialize, Serialize};

use crate::contract::{self, ContractRequestedLine, ToPublic, declare_symbols};

pub use super::event::records::*;
pub use crate::location::contract::LocationKind;
pub use crate::order::contract::{HoldKind, ScreeningOutcome};

/// The topic of the records. Key: the order's id.
pub const TOPIC: &str = "orders.saga.events.v1";

/// A public event of a saga with what its record's headers say of it.
pub type Published = contract::Published<PublicEvent>;

/// A location that an order may be sent from, with what was known of it when the order was routed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractConsidered {
    pub location: String,
    pub facts: Option<ContractLocationFacts>,
    pub lacks: Vec<String>,
    pub left_out: Option<LeftOut>,
}

/// What one location sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractRoutedShare {
    pub location: String,
    pub lines: Vec<ContractRequestedLine>,
}

impl ToPublic for super::RoutedShare {
    type Public = ContractRoutedShare;

    fn to_public(&self) -> ContractRoutedShare {
        ContractRoutedShare { location: self.location.to_public(), lines: self.lines.to_public() }
    }
}

/// What was known of a location that was registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractLocationFacts {
    pub kind: LocationKind,
    pub is_paused: bool,
    pub is_open: bool,
    pub reach: Reach,
    pub metres: Option<i64>,
    pub open: i64,
    pub open_max: Option<i64>,
    pub cost: i64,
}

impl ToPublic for super::Considered {
    type Public = ContractConsidered;

    fn to_public(&self) -> ContractConsidered {
        let super::Candidate { location, facts, lacks } = &self.candidate;
        ContractConsidered {
            location: location.to_public(),
            facts: facts.to_public(),
            lacks: lacks.to_public(),
            left_out: self.left_out.to_public(),
        }
    }
}

impl ToPublic for super::LocationFacts {
    type Public = ContractLocationFacts;

    fn to_public(&self) -> ContractLocationFacts {
        ContractLocationFacts {
            kind: self.kind.to_public(),
            is_paused: self.is_paused,
            is_open: self.is_open,
            reach: self.reach.to_public(),
            metres: self.metres.to_public(),
            open: self.open.to_public(),
            open_max: self.open_max.to_public(),
            cost: self.cost.to_public(),
        }
    }
}

declare_symbols!(
    /// How well a location's zones fit where an order goes.
    Reach of super::Reach {
        Home,
        Abroad,
        OutOfZone,
    }
);
declare_symbols!(
    /// Why a location does not send an order.
    LeftOut of super::LeftOut {
        Tried,
        Paused,
        OutOfZone,
        Closed,
        Full,
        NoStock,
        Worse,
    }
);
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
        SendAgain,
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
