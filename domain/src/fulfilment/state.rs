//! The states of a fulfilment. Each carries only the data that later decisions and the location's staff need.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Carrier, LocationId, OrderId, Quantity, RequestId, Sku, TenantId, TrackingNumber};

use super::FulfilmentRejection;

/// The fulfilment aggregate. Whoever asks derives the id of a stream from the order.
#[derive(Debug, Clone, Copy)]
pub struct Fulfilment;

/// The state of a fulfilment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FulfilmentState {
    /// The fulfilment has no event yet.
    Absent,
    /// Requests were refused because nothing was asked for. It can still be.
    Unrequested(Inbox),
    /// The location was asked, and has not said whether it will.
    Requested(Job),
    /// The location will send it.
    Accepted(Job),
    /// Its goods were fetched from their places.
    Picked(Job),
    /// It lies ready.
    Packed(Job),
    /// The carrier has it.
    Shipped(Shipment),
    /// Terminal: it has arrived.
    Delivered(Shipment),
    /// Terminal: it was lost on its way.
    Lost(Shipment),
    /// Terminal: the location will not send it.
    Rejected(Inbox),
    /// Terminal: nobody wants it sent any more, or nobody ever will because it was cancelled before.
    Cancelled(Inbox),
}

/// Whose fulfilment it is, and what it has answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbox {
    pub tenant: TenantId,
    pub order: OrderId,
    /// The requests that were answered. They stay for good, since a repetition may come at any time.
    pub answered: BTreeSet<RequestId>,
}

/// What is to be sent, while it is at the location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    pub inbox: Inbox,
    pub location: LocationId,
    /// At least one.
    pub lines: Vec<FulfilmentLine>,
    /// Whether it may leave: it is paid, and nothing holds it.
    pub released: bool,
}

/// What has left the location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipment {
    pub inbox: Inbox,
    pub location: LocationId,
    /// At least one.
    pub lines: Vec<FulfilmentLine>,
    pub carrier: Carrier,
    pub tracking: TrackingNumber,
}

/// Pieces of a SKU to send. Several lines may have the same SKU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FulfilmentLine {
    pub sku: Sku,
    pub quantity: Quantity,
}

impl FulfilmentState {
    /// The state's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Absent => "Absent",
            Self::Unrequested(_) => "Unrequested",
            Self::Requested(_) => "Requested",
            Self::Accepted(_) => "Accepted",
            Self::Picked(_) => "Picked",
            Self::Packed(_) => "Packed",
            Self::Shipped(_) => "Shipped",
            Self::Delivered(_) => "Delivered",
            Self::Lost(_) => "Lost",
            Self::Rejected(_) => "Rejected",
            Self::Cancelled(_) => "Cancelled",
        }
    }

    /// Whose fulfilment it is, and what it has answered. `None` while it is absent.
    pub const fn inbox(&self) -> Option<&Inbox> {
        match self {
            Self::Absent => None,
            Self::Requested(job) | Self::Accepted(job) | Self::Picked(job) | Self::Packed(job) => Some(&job.inbox),
            Self::Shipped(shipment) | Self::Delivered(shipment) | Self::Lost(shipment) => Some(&shipment.inbox),
            Self::Unrequested(inbox) | Self::Rejected(inbox) | Self::Cancelled(inbox) => Some(inbox),
        }
    }

    /// The fulfilment's tenant. `None` while it is absent.
    pub fn tenant(&self) -> Option<&TenantId> {
        self.inbox().map(|inbox| &inbox.tenant)
    }

    /// What is to be sent, while it is at the location.
    pub const fn job(&self) -> Option<&Job> {
        match self {
            Self::Requested(job) | Self::Accepted(job) | Self::Picked(job) | Self::Packed(job) => Some(job),
            Self::Absent
            | Self::Unrequested(_)
            | Self::Shipped(_)
            | Self::Delivered(_)
            | Self::Lost(_)
            | Self::Rejected(_)
            | Self::Cancelled(_) => None,
        }
    }

    /// What has left the location.
    pub const fn shipment(&self) -> Option<&Shipment> {
        match self {
            Self::Shipped(shipment) | Self::Delivered(shipment) | Self::Lost(shipment) => Some(shipment),
            Self::Absent
            | Self::Unrequested(_)
            | Self::Requested(_)
            | Self::Accepted(_)
            | Self::Picked(_)
            | Self::Packed(_)
            | Self::Rejected(_)
            | Self::Cancelled(_) => None,
        }
    }

    /// The rejection of what the staff report and the state does not allow, such as `packed`.
    pub(super) const fn forbids(&self, done: &'static str) -> FulfilmentRejection {
        match self {
            Self::Absent | Self::Unrequested(_) => FulfilmentRejection::NotRequested,
            Self::Requested(_)
            | Self::Accepted(_)
            | Self::Picked(_)
            | Self::Packed(_)
            | Self::Shipped(_)
            | Self::Delivered(_)
            | Self::Lost(_)
            | Self::Rejected(_)
            | Self::Cancelled(_) => FulfilmentRejection::NotAllowed { state: self.name(), done },
        }
    }
}
