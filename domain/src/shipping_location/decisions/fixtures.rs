//! Fixtures of the decisions' tests.

use crate::shipping_location::{
    CarrierChoice, SetShipping, ShippingLocation, ShippingLocationCommand, ShippingLocationEvent, ShippingSet,
    ShippingStopped, StopShipping,
};
use crate::testing::{Given, given_for};
use crate::{Carrier, CarrierService, LocationId, TenantId, Timestamp};

pub(in crate::shipping_location) fn given(
    history: impl IntoIterator<Item = ShippingLocationEvent>,
) -> Given<ShippingLocation> {
    given_for(history)
}

/// The moment of every command and event.
pub(in crate::shipping_location) const AT: Timestamp = Timestamp::EPOCH;

fn tenant() -> TenantId {
    TenantId::try_new("shop").unwrap()
}

pub(in crate::shipping_location) fn other_tenant() -> TenantId {
    TenantId::try_new("other-shop").unwrap()
}

fn location() -> LocationId {
    LocationId::try_new("zrh-1").unwrap()
}

fn service_of(carrier: &str, service: &str) -> CarrierChoice {
    CarrierChoice { carrier: Carrier::try_new(carrier).unwrap(), service: CarrierService::try_new(service).unwrap() }
}

/// The usual service of a carrier.
pub(in crate::shipping_location) fn choice(carrier: &str) -> CarrierChoice {
    service_of(carrier, "parcel")
}

/// Another service of a carrier.
pub(in crate::shipping_location) fn express(carrier: &str) -> CarrierChoice {
    service_of(carrier, "express")
}

pub(in crate::shipping_location) fn setting(carriers: &[&str]) -> SetShipping {
    let carriers = carriers.iter().map(|carrier| choice(carrier)).collect();
    SetShipping { tenant: tenant(), location: location(), carriers, parcel_weight_g: 800, at: AT }
}

pub(in crate::shipping_location) fn set(carriers: &[&str]) -> ShippingLocationCommand {
    setting(carriers).into()
}

pub(in crate::shipping_location) fn stop() -> ShippingLocationCommand {
    StopShipping { tenant: tenant(), at: AT }.into()
}

pub(in crate::shipping_location) fn was_set(carriers: &[&str]) -> ShippingLocationEvent {
    let SetShipping { tenant, location, carriers, parcel_weight_g, at } = setting(carriers);
    ShippingLocationEvent::ShippingSet(ShippingSet { tenant, location, carriers, parcel_weight_g, at })
}

pub(in crate::shipping_location) fn stopped() -> ShippingLocationEvent {
    ShippingLocationEvent::ShippingStopped(ShippingStopped { location: location(), at: AT })
}
