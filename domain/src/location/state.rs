//! What later decisions need of a location.

use serde::{Deserialize, Serialize};

use crate::{LocationId, TenantId};

use super::details::LocationDetails;

/// The location aggregate. The id of a stream is [`LocationStreamId::of`](crate::LocationStreamId::of) its tenant and code.
#[derive(Debug, Clone, Copy)]
pub struct Location;

/// The state of a location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LocationState {
    /// Nobody has registered it.
    Absent,
    Registered(Box<RegisteredLocation>),
}

/// A location that was registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisteredLocation {
    pub tenant: TenantId,
    pub code: LocationId,
    pub details: LocationDetails,
    /// Whether it is given nothing to send at the moment.
    pub is_paused: bool,
}

impl LocationState {
    /// The state's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Absent => "Absent",
            Self::Registered(location) if location.is_paused => "Paused",
            Self::Registered(_) => "Open",
        }
    }

    /// The location; `None` while nobody has registered it.
    pub fn location(&self) -> Option<&RegisteredLocation> {
        match self {
            Self::Absent => None,
            Self::Registered(location) => Some(location),
        }
    }
}
