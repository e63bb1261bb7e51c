//! Folding the events of how a location ships.

use crate::{StoredEvent, Unfoldable};

use super::{ShippingDetails, ShippingLocationEvent, ShippingLocationState};

pub(super) fn evolve(
    state: ShippingLocationState,
    event: &ShippingLocationEvent,
) -> Result<ShippingLocationState, Unfoldable> {
    use ShippingLocationEvent as E;
    use ShippingLocationState as S;
    match (state, event) {
        (S::Absent | S::Carriers(_) | S::ByHand { .. }, E::ShippingSet(set)) => Ok(S::Carriers(ShippingDetails {
            tenant: set.tenant.clone(),
            location: set.location.clone(),
            carriers: set.carriers.clone(),
            parcel_weight_g: set.parcel_weight_g,
        })),
        (S::Carriers(details), E::ShippingStopped(_)) => Ok(S::ByHand { tenant: details.tenant }),
        (state, event) => Err(Unfoldable { state: state.name().to_owned(), event: event.event_type().to_owned() }),
    }
}
