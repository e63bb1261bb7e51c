//! One file for each decision: the command, the scopes it needs, its validation and its tests; and the list of them.

mod set_shipping;
mod stop_shipping;

pub use set_shipping::*;
pub use stop_shipping::*;

use super::ShippingLocation;
use crate::Scope;
use crate::decision::declare_commands;

declare_commands! {
    /// A command about how a location ships.
    ShippingLocationCommand of ShippingLocation {
        SetShipping,
        StopShipping,
    }
}

/// What whoever manages locations needs.
const OF_STAFF: &[Scope] = &[Scope::TENANT_STAFF, Scope::FULFILMENT_WRITE];

#[cfg(test)]
pub(in crate::shipping_location) mod fixtures;
