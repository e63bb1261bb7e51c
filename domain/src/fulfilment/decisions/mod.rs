//! One file for each decision: the command, the scopes it needs, its validation and its tests; and the list of them.

mod accept_fulfilment;
mod cancel_fulfilment;
mod deliver_fulfilment;
mod hold_fulfilment;
mod lose_fulfilment;
mod pack_fulfilment;
mod pick_fulfilment;
mod record_handover;
mod reject_fulfilment;
mod release_fulfilment;
mod request_fulfilment;
mod ship_fulfilment;

pub use accept_fulfilment::*;
pub use cancel_fulfilment::*;
pub use deliver_fulfilment::*;
pub use hold_fulfilment::*;
pub use lose_fulfilment::*;
pub use pack_fulfilment::*;
pub use pick_fulfilment::*;
pub use record_handover::*;
pub use reject_fulfilment::*;
pub use release_fulfilment::*;
pub use request_fulfilment::*;
pub use ship_fulfilment::*;

use super::{
    Fulfilment, FulfilmentEvent, FulfilmentRejection, FulfilmentState, REQUESTS_MAX, RequestRefusalReason,
    RequestRefused,
};
use crate::decision::declare_commands;
use crate::{OrderId, RequestId, Scope, TenantId, Timestamp};

declare_commands! {
    /// A command of a fulfilment.
    FulfilmentCommand of Fulfilment {
        RequestFulfilment,
        ReleaseFulfilment,
        HoldFulfilment,
        CancelFulfilment,
        AcceptFulfilment,
        RejectFulfilment,
        PickFulfilment,
        PackFulfilment,
        ShipFulfilment,
        RecordHandover,
        DeliverFulfilment,
        LoseFulfilment,
    }
}

/// What the staff of a location need to report anything.
const OF_STAFF: &[Scope] = &[Scope::TENANT_STAFF, Scope::FULFILMENT_WRITE];

/// What nobody asks for from outside.
const OF_ENGINE: &[Scope] = &[];

/// What every request of another participant says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The same in every repetition.
    pub id: RequestId,
    /// From the asking record. A request of another tenant than the stream's is left without an answer.
    pub tenant: TenantId,
    /// The order that it is about, so that every answer can name it.
    pub order: OrderId,
}

impl Request {
    /// Whether the fulfilment has answered it already.
    ///
    /// # Errors
    /// The fulfilment is another tenant's, or has answered too many.
    fn is_answered(&self, state: &FulfilmentState) -> Result<bool, FulfilmentRejection> {
        match state.inbox() {
            Some(inbox) if inbox.tenant != self.tenant => Err(FulfilmentRejection::OtherTenant),
            Some(inbox) if inbox.answered.contains(&self.id) => Ok(true),
            Some(inbox) if inbox.answered.len() >= REQUESTS_MAX => Err(FulfilmentRejection::TooManyRequests),
            Some(_) | None => Ok(false),
        }
    }

    /// Whether it names another order than the one that the fulfilment is of.
    fn is_for_other_order(&self, state: &FulfilmentState) -> bool {
        let has_order = !matches!(state, FulfilmentState::Absent | FulfilmentState::Unrequested(_));
        has_order && state.inbox().is_some_and(|inbox| inbox.order != self.order)
    }

    /// Answers that the state does not allow it.
    fn refused_by(self, state: &FulfilmentState, at: Timestamp) -> Vec<FulfilmentEvent> {
        let reason = match state {
            FulfilmentState::Absent | FulfilmentState::Unrequested(_) => RequestRefusalReason::NotRequested,
            FulfilmentState::Requested(_)
            | FulfilmentState::Accepted(_)
            | FulfilmentState::Picked(_)
            | FulfilmentState::Packed(_) => RequestRefusalReason::AlreadyRequested,
            FulfilmentState::Shipped(_) | FulfilmentState::Delivered(_) | FulfilmentState::Lost(_) => {
                RequestRefusalReason::Shipped
            }
            FulfilmentState::Rejected(_) => RequestRefusalReason::Rejected,
            FulfilmentState::Cancelled(_) => RequestRefusalReason::Cancelled,
        };
        self.refused(reason, at)
    }

    /// Answers with a refusal.
    fn refused(self, reason: RequestRefusalReason, at: Timestamp) -> Vec<FulfilmentEvent> {
        let Self { id: request, tenant, order } = self;
        vec![FulfilmentEvent::RequestRefused(RequestRefused { tenant, request, order, reason, at })]
    }
}

#[cfg(test)]
pub(in crate::fulfilment) mod fixtures;
