//! Fixtures of the decisions' tests.

use crate::location::{
    ChangeLocation, Location, LocationChanged, LocationCommand, LocationDetails, LocationEvent, LocationKind,
    LocationName, LocationPaused, LocationRegistered, LocationResumed, OpeningHours, OpeningSpan, PauseLocation,
    RegisterLocation, ResumeLocation, TimeZone, Weekday, Zone,
};
use crate::testing::{Given, given_for};
use crate::{Coordinates, CountryCode, LocationId, PostalPrefix, TenantId, Timestamp};

pub(in crate::location) fn given(history: impl IntoIterator<Item = LocationEvent>) -> Given<Location> {
    given_for(history)
}

/// The moment of every command and event.
pub(in crate::location) const AT: Timestamp = Timestamp::EPOCH;

pub(in crate::location) fn tenant() -> TenantId {
    TenantId::try_new("shop").unwrap()
}

pub(in crate::location) fn other_tenant() -> TenantId {
    TenantId::try_new("other-shop").unwrap()
}

fn code() -> LocationId {
    LocationId::try_new("zrh-1").unwrap()
}

/// A zone of the country with so many prefixes.
pub(in crate::location) fn zone(prefixes: usize) -> Zone {
    let postal_prefixes = vec![PostalPrefix::try_new("80").unwrap(); prefixes];
    Zone { country: CountryCode::try_new("CH").unwrap(), postal_prefixes }
}

/// A warehouse without limits.
pub(in crate::location) fn details() -> LocationDetails {
    LocationDetails {
        name: LocationName::try_new("Zürich").unwrap(),
        kind: LocationKind::Warehouse,
        country: CountryCode::try_new("CH").unwrap(),
        coordinates: Some(Coordinates::try_new(47.376_9, 8.541_7).unwrap()),
        zones: vec![],
        hours: None,
        open_max: None,
        cost: 0,
    }
}

/// The same as a kitchen with every limit.
pub(in crate::location) fn kitchen() -> LocationDetails {
    let span = OpeningSpan { day: Weekday::Friday, opens: 660, closes: 1_320 };
    let hours = OpeningHours::try_new(TimeZone::try_new("Europe/Zurich").unwrap(), vec![span]).unwrap();
    LocationDetails {
        kind: LocationKind::Kitchen,
        zones: vec![zone(1)],
        hours: Some(hours),
        open_max: Some(40),
        cost: 3,
        ..details()
    }
}

pub(in crate::location) fn registration(details: LocationDetails) -> RegisterLocation {
    RegisterLocation { tenant: tenant(), code: code(), details, at: AT }
}

pub(in crate::location) fn register(details: LocationDetails) -> LocationCommand {
    registration(details).into()
}

pub(in crate::location) fn change(details: LocationDetails) -> LocationCommand {
    ChangeLocation { tenant: tenant(), details, at: AT }.into()
}

pub(in crate::location) fn pause() -> LocationCommand {
    PauseLocation { tenant: tenant(), note: None, at: AT }.into()
}

pub(in crate::location) fn resume() -> LocationCommand {
    ResumeLocation { tenant: tenant(), at: AT }.into()
}

pub(in crate::location) fn registered() -> LocationEvent {
    let (tenant, code) = (tenant(), code());
    LocationEvent::LocationRegistered(LocationRegistered { tenant, code, details: details(), at: AT })
}

pub(in crate::location) fn changed(details: LocationDetails) -> LocationEvent {
    LocationEvent::LocationChanged(LocationChanged { code: code(), details, at: AT })
}

pub(in crate::location) fn paused() -> LocationEvent {
    LocationEvent::LocationPaused(LocationPaused { code: code(), note: None, at: AT })
}

pub(in crate::location) fn resumed() -> LocationEvent {
    LocationEvent::LocationResumed(LocationResumed { code: code(), at: AT })
}
