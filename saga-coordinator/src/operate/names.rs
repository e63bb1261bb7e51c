//! Public names of what the domain enumerates.

use domain::order_saga::{
    Asked, FulfilmentStatus, PaymentStatus, Place, ReservationStatus, SagaOutcome, StageName, TaskKind, UndoCause, Way,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Declares a public enumeration with the names of a domain's, and the conversions that it is used with.
macro_rules! names {
    ($(#[$doc:meta])* $name:ident of $domain:ident: $($symbol:ident),* $(,)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum $name {
            $($symbol,)*
        }

        impl From<$domain> for $name {
            fn from(value: $domain) -> Self {
                match value {
                    $($domain::$symbol => Self::$symbol,)*
                }
            }
        }

        impl From<$name> for $domain {
            fn from(value: $name) -> Self {
                match value {
                    $($name::$symbol => Self::$symbol,)*
                }
            }
        }
    };
}

names!(
    /// Why a person is needed.
    TaskName of TaskKind:
    Review, NoAnswer, CompensationFailed, NotFulfillable, NotAccepted, NotPacked, NotShipped, NotDelivered, Lost,
    ShippedMeanwhile, StockNotShipped, Disputed,
);
names!(
    /// A request to another participant.
    StepName of Asked:
    Reserve, Renew, Release, ShipStock, Authorize, Capture, Void, Refund, Fulfil, ReleaseFulfilment, CancelFulfilment,
    HoldFulfilment,
);
names!(
    /// What is known of a reservation.
    ReservationStatusName of ReservationStatus: Unknown, Granted, Refused, Released, Expired, Shipped,
);
names!(
    /// What is known of a payment.
    PaymentStatusName of PaymentStatus: Unknown, Authorized, Captured, Voided, Refunded, Failed,
);
names!(
    /// What is known of a fulfilment.
    FulfilmentStatusName of FulfilmentStatus:
    Unknown, Accepted, Packed, Shipped, Delivered, Lost, Rejected, Cancelled,
);
names!(
    /// Why an order is undone.
    UndoCauseName of UndoCause:
    Cancelled, OutOfStock, Fraud, ReviewTimedOut, PaymentDeclined, PaymentTimedOut, PaymentFailed, Operator,
);
names!(
    /// How a saga ended.
    SagaOutcomeName of SagaOutcome: Completed, Undone,
);
names!(
    /// A stage of the flow.
    FlowStageName of StageName:
    Hold, Rearrangement, Deadlines, Replaced, Stock, Screening, Authorization, Ready, Fulfilment, Delivery, StopFulfilment, GiveMoneyBack,
    GiveStockBack,
);
names!(
    /// Which way a stage is on: looked at all the time, the one to the delivery, or the one back.
    WayName of Way: Always, Fulfil, Undo,
);
names!(
    /// Where the saga stands, seen from a stage.
    PlaceName of Place: Done, Here, Ahead,
);
