//! What a saga asks for.

use serde::{Deserialize, Serialize};

use super::event::OrderSagaEvent;

/// The requests of a saga.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Asked {
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

impl Asked {
    /// Whether it takes something back that was asked for before.
    pub const fn undoes(self) -> bool {
        matches!(self, Self::Release | Self::Void | Self::Refund | Self::CancelFulfilment | Self::HoldFulfilment)
    }
}

impl OrderSagaEvent {
    /// What it asks for; `None` for an event that asks nobody.
    pub const fn asked(&self) -> Option<Asked> {
        Some(match self {
            Self::StockRequested(_) => Asked::Reserve,
            Self::StockRenewalRequested(_) => Asked::Renew,
            Self::StockReleaseRequested(_) => Asked::Release,
            Self::StockShipmentRequested(_) => Asked::ShipStock,
            Self::AuthorizationRequested(_) => Asked::Authorize,
            Self::CaptureRequested(_) => Asked::Capture,
            Self::VoidRequested(_) => Asked::Void,
            Self::RefundRequested(_) => Asked::Refund,
            Self::FulfilmentRequested(_) => Asked::Fulfil,
            Self::FulfilmentReleaseRequested(_) => Asked::ReleaseFulfilment,
            Self::FulfilmentCancelRequested(_) => Asked::CancelFulfilment,
            Self::FulfilmentHoldRequested(_) => Asked::HoldFulfilment,
            Self::SagaStarted(_)
            | Self::AnswerReceived(_)
            | Self::RouteChosen(_)
            | Self::StockAwaited(_)
            | Self::OrderScreened(_)
            | Self::OrderReady(_)
            | Self::UndoStarted(_)
            | Self::TaskOpened(_)
            | Self::TaskAssigned(_)
            | Self::TaskEscalated(_)
            | Self::TaskWithdrawn(_)
            | Self::TaskDecided(_)
            | Self::RetryOrdered(_)
            | Self::StepSkipped(_)
            | Self::HoldPlaced(_)
            | Self::HoldLifted(_)
            | Self::RearrangementOrdered(_)
            | Self::SharesRearranged(_)
            | Self::RearrangementDropped(_)
            | Self::SagaEnded(_) => return None,
        })
    }
}
