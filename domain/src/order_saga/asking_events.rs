//! Which events ask other participants for something.

use super::asked::Asked;
use super::event::OrderSagaEvent;

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
