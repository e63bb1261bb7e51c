//! What later decisions need of how a location ships.

use serde::{Deserialize, Serialize};

use crate::{Carrier, CarrierService, LocationId, TenantId};

/// How a location ships. The id of a stream is [`ShippingLocationId::of`](crate::ShippingLocationId::of) its tenant and code.
#[derive(Debug, Clone, Copy)]
pub struct ShippingLocation;

/// The state of how a location ships.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ShippingLocationState {
    /// Nobody has said how. It ships by hand.
    Absent,
    /// With carriers.
    Carriers(ShippingDetails),
    /// By hand again.
    ByHand { tenant: TenantId },
}

/// How a location ships with carriers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingDetails {
    pub tenant: TenantId,
    pub location: LocationId,
    /// In the order in which they are asked; at least one, at most [`CARRIERS_MAX`](super::CARRIERS_MAX), none twice.
    pub carriers: Vec<CarrierChoice>,
    /// Of one parcel, in grams.
    pub parcel_weight_g: u32,
}

/// A carrier with one of its services.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CarrierChoice {
    pub carrier: Carrier,
    pub service: CarrierService,
}

impl ShippingLocationState {
    /// The state's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Absent => "Absent",
            Self::Carriers(_) => "Carriers",
            Self::ByHand { .. } => "ByHand",
        }
    }

    /// How it ships with carriers; `None` where it ships by hand.
    pub const fn details(&self) -> Option<&ShippingDetails> {
        match self {
            Self::Carriers(details) => Some(details),
            Self::Absent | Self::ByHand { .. } => None,
        }
    }

    /// Whose location it is. `None` while it is absent.
    pub const fn tenant(&self) -> Option<&TenantId> {
        match self {
            Self::Absent => None,
            Self::Carriers(details) => Some(&details.tenant),
            Self::ByHand { tenant } => Some(tenant),
        }
    }
}
