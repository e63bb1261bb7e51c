//! Stored and public JSON of released events, byte for byte. The codec's tests hold the public Avro against the same files.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

use domain::contract::{Facts, PublicEvents};
use domain::{
    StoredEvent, TenantId, fulfilment, kitchen, location, notification, order, order_saga, payment, reservation,
    shipment, shipping_location, stock, ticket, upcast,
};

/// The samples of a kind, each at the version of its place.
fn are_as_released<E>(golden: &str)
where
    E: PublicEvents<Id: std::str::FromStr<Err: std::fmt::Debug>>,
{
    let samples: Vec<Vec<&str>> = golden.split("\n\n").skip(1).map(|sample| sample.lines().collect()).collect();
    for (sample, version) in samples.iter().zip(1..) {
        let (event_type, event_version) = sample[0].split_once(' ').unwrap();
        let stored = sample[1].strip_prefix("stored ").unwrap();
        let event: E::Stored = upcast::decode(event_type, event_version, stored).unwrap();
        assert_eq!((event.event_type(), event.event_version()), (event_type, event_version));
        assert_eq!(serde_json::to_string(&event).unwrap(), stored);
        let id = "018f0000-0000-7000-8000-000000000001".parse().unwrap();
        let facts = Facts { id, version, tenant: TenantId::try_new("shop").unwrap() };
        let public = E::publish(&facts, &event);
        assert_eq!(public.name(), event_type);
        assert_eq!(format!("public {}", public.to_json().unwrap()), sample.get(2).copied().unwrap_or_default());
    }
    for event_type in E::Stored::TYPES.iter().map(|event_type| event_type.name) {
        let has_sample = golden.contains(&format!("\n\n{event_type} "));
        assert!(has_sample, "{event_type} has no sample in tests/golden/{}.txt", E::KIND);
    }
}

#[test]
fn orders_are_stored_and_published_as_they_were_when_they_were_released() {
    are_as_released::<order::contract::PublicEvent>(include_str!("golden/order.txt"));
}

#[test]
fn stock_is_stored_and_published_as_it_was_when_it_was_released() {
    are_as_released::<stock::contract::PublicEvent>(include_str!("golden/stock.txt"));
}

#[test]
fn reservations_are_stored_and_published_as_they_were_when_they_were_released() {
    are_as_released::<reservation::contract::PublicEvent>(include_str!("golden/reservation.txt"));
}

#[test]
fn fulfilments_are_stored_and_published_as_they_were_when_they_were_released() {
    are_as_released::<fulfilment::contract::PublicEvent>(include_str!("golden/fulfilment.txt"));
}

#[test]
fn locations_are_stored_and_published_as_they_were_when_they_were_released() {
    are_as_released::<location::contract::PublicEvent>(include_str!("golden/location.txt"));
}

#[test]
fn notifications_are_stored_and_published_as_they_were_when_they_were_released() {
    are_as_released::<notification::contract::PublicEvent>(include_str!("golden/notification.txt"));
}

#[test]
fn payments_are_stored_and_published_as_they_were_when_they_were_released() {
    are_as_released::<payment::contract::PublicEvent>(include_str!("golden/payment.txt"));
}

#[test]
fn sagas_are_stored_and_published_as_they_were_when_they_were_released() {
    are_as_released::<order_saga::contract::PublicEvent>(include_str!("golden/order_saga.txt"));
}

#[test]
fn kitchens_are_stored_and_published_as_they_were_when_they_were_released() {
    are_as_released::<kitchen::contract::PublicEvent>(include_str!("golden/kitchen.txt"));
}

#[test]
fn tickets_are_stored_and_published_as_they_were_when_they_were_released() {
    are_as_released::<ticket::contract::PublicEvent>(include_str!("golden/ticket.txt"));
}

#[test]
fn shipments_are_stored_and_published_as_they_were_when_they_were_released() {
    are_as_released::<shipment::contract::PublicEvent>(include_str!("golden/shipment.txt"));
}

#[test]
fn how_locations_ship_is_stored_and_published_as_it_was_when_it_was_released() {
    are_as_released::<shipping_location::contract::PublicEvent>(include_str!("golden/shipping_location.txt"));
}
