//! One file for each decision: the command, the scopes it needs, its validation and its tests; and the list of them.

mod change_location;
mod pause_location;
mod register_location;
mod resume_location;

pub use change_location::*;
pub use pause_location::*;
pub use register_location::*;
pub use resume_location::*;

use super::{Location, LocationRejection, LocationState, RegisteredLocation};
use crate::decision::declare_commands;
use crate::{Scope, TenantId};

declare_commands! {
    /// A command of a location.
    LocationCommand of Location {
        RegisterLocation,
        ChangeLocation,
        PauseLocation,
        ResumeLocation,
    }
}

/// What whoever manages locations needs.
const OF_STAFF: &[Scope] = &[Scope::TENANT_STAFF, Scope::FULFILMENT_WRITE];

/// The location of a state, for a command of its tenant.
fn location_of<'a>(state: &'a LocationState, tenant: &TenantId) -> Result<&'a RegisteredLocation, LocationRejection> {
    match state.location() {
        None => Err(LocationRejection::NotFound),
        Some(location) if location.tenant != *tenant => Err(LocationRejection::OtherTenant),
        Some(location) => Ok(location),
    }
}

#[cfg(test)]
pub(in crate::location) mod fixtures;
