//! The bytes of released records, held against the samples that the domain's own test holds its JSON against.

use std::fmt::Debug;
use std::str::FromStr;

use domain::contract::{Facts, ForeignRow};
use domain::{
    TenantId, Timestamp, fulfilment, kitchen, location, notification, order_saga, payment, reservation, shipment,
    shipping_location, stock, ticket, upcast,
};

use super::*;

/// The samples of a kind, each at the version of its place, with their bytes.
fn samples<E>(golden: &'static str) -> Vec<(E, &'static str)>
where
    E: PublicEvents<Id: FromStr<Err: Debug>>,
{
    let samples = golden.split("\n\n").skip(1).map(|sample| sample.lines().collect::<Vec<_>>());
    let publish = |(sample, version): (Vec<&'static str>, i64)| {
        let (event_type, event_version) = sample[0].split_once(' ').unwrap();
        let stored = sample[1].strip_prefix("stored ").unwrap();
        let event: E::Stored = upcast::decode(event_type, event_version, stored).unwrap();
        let id = "018f0000-0000-7000-8000-000000000001".parse().unwrap();
        let facts = Facts { id, version, tenant: TenantId::try_new("shop").unwrap() };
        (E::publish(&facts, &event), sample[3].strip_prefix("avro ").unwrap())
    };
    samples.zip(1..).map(publish).collect()
}

/// Encodes every sample as it was when it was released, which is also how its schema alone makes it and from what it is read.
fn are_encoded_as_released<E>(golden: &'static str)
where
    E: PublicEvents<Id: FromStr<Err: Debug>>,
{
    let foreign = (E::foreign(foreign_row()), None);
    let samples = samples::<E>(golden).into_iter().map(|(event, released)| (event, Some(released)));
    for (event, released) in samples.chain([foreign]) {
        let mut written = Vec::new();
        datum::write(&event, &mut written);
        if let Some(released) = released {
            assert_eq!(crate::headers::hexadecimal(&written), released, "{}", event.name());
        }
        assert_eq!(written, written_by_avro(&event), "{}", event.name());
        let schema = &schemas::of::<E>()[event.index()].datum;
        assert_eq!(datum::read::<E>(event.index(), schema, &written).unwrap(), (event, 0));
    }
}

fn foreign_row() -> ForeignRow {
    ForeignRow {
        aggregate_type: "parcel".to_owned(),
        aggregate_id: "p-1".to_owned(),
        version: 7,
        tenant: TenantId::try_new("shop").unwrap(),
        recorded_at: Timestamp::EPOCH,
        event_type: "Wrapped".to_owned(),
        event_version: "1.0".to_owned(),
        body: Some("{}".to_owned()),
    }
}

#[test]
fn orders_are_encoded_as_they_were_when_they_were_released() {
    are_encoded_as_released::<PublicEvent>(include_str!("../../../../domain/tests/golden/order.txt"));
}

#[test]
fn stock_is_encoded_as_it_was_when_it_was_released() {
    are_encoded_as_released::<stock::contract::PublicEvent>(include_str!("../../../../domain/tests/golden/stock.txt"));
}

#[test]
fn reservations_are_encoded_as_they_were_when_they_were_released() {
    let golden = include_str!("../../../../domain/tests/golden/reservation.txt");
    are_encoded_as_released::<reservation::contract::PublicEvent>(golden);
}

#[test]
fn fulfilments_are_encoded_as_they_were_when_they_were_released() {
    let golden = include_str!("../../../../domain/tests/golden/fulfilment.txt");
    are_encoded_as_released::<fulfilment::contract::PublicEvent>(golden);
}

#[test]
fn locations_are_encoded_as_they_were_when_they_were_released() {
    let golden = include_str!("../../../../domain/tests/golden/location.txt");
    are_encoded_as_released::<location::contract::PublicEvent>(golden);
}

#[test]
fn notifications_are_encoded_as_they_were_when_they_were_released() {
    let golden = include_str!("../../../../domain/tests/golden/notification.txt");
    are_encoded_as_released::<notification::contract::PublicEvent>(golden);
}

#[test]
fn payments_are_encoded_as_they_were_when_they_were_released() {
    let golden = include_str!("../../../../domain/tests/golden/payment.txt");
    are_encoded_as_released::<payment::contract::PublicEvent>(golden);
}

#[test]
fn sagas_are_encoded_as_they_were_when_they_were_released() {
    let golden = include_str!("../../../../domain/tests/golden/order_saga.txt");
    are_encoded_as_released::<order_saga::contract::PublicEvent>(golden);
}

#[test]
fn kitchens_are_encoded_as_they_were_when_they_were_released() {
    let golden = include_str!("../../../../domain/tests/golden/kitchen.txt");
    are_encoded_as_released::<kitchen::contract::PublicEvent>(golden);
}

#[test]
fn tickets_are_encoded_as_they_were_when_they_were_released() {
    let golden = include_str!("../../../../domain/tests/golden/ticket.txt");
    are_encoded_as_released::<ticket::contract::PublicEvent>(golden);
}

#[test]
fn shipments_are_encoded_as_they_were_when_they_were_released() {
    let golden = include_str!("../../../../domain/tests/golden/shipment.txt");
    are_encoded_as_released::<shipment::contract::PublicEvent>(golden);
}

#[test]
fn how_locations_ship_is_encoded_as_it_was_when_it_was_released() {
    let golden = include_str!("../../../../domain/tests/golden/shipping_location.txt");
    are_encoded_as_released::<shipping_location::contract::PublicEvent>(golden);
}
