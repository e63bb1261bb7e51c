//! Stored and public JSON of released events, byte for byte. The codec's tests hold the public Avro against the same file.

use domain::contract::{Facts, PublicEvents};
use domain::order::OrderEvent;
use domain::order::contract::PublicEvent;
use domain::{StoredEvent, TenantId, upcast};

const GOLDEN: &str = include_str!("golden/order.txt");

#[test]
fn an_event_is_stored_and_published_as_it_was_when_it_was_released() {
    let samples: Vec<Vec<&str>> = GOLDEN.split("\n\n").skip(1).map(|sample| sample.lines().collect()).collect();
    for (sample, version) in samples.iter().zip(1..) {
        let (event_type, event_version) = sample[0].split_once(' ').unwrap();
        let stored = sample[1].strip_prefix("stored ").unwrap();
        let event: OrderEvent = upcast::decode(event_type, event_version, stored).unwrap();
        assert_eq!((event.event_type(), event.event_version()), (event_type, event_version));
        assert_eq!(serde_json::to_string(&event).unwrap(), stored);
        let id = "018f0000-0000-7000-8000-000000000001".parse().unwrap();
        let facts = Facts { id, version, tenant: TenantId::try_new("shop").unwrap() };
        let public = PublicEvent::publish(&facts, &event);
        assert_eq!(public.name(), event_type);
        assert_eq!(format!("public {}", public.to_json().unwrap()), sample.get(2).copied().unwrap_or_default());
    }
}

#[test]
fn every_event_has_a_sample() {
    for event_type in OrderEvent::TYPES.iter().map(|event_type| event_type.name) {
        assert!(GOLDEN.contains(&format!("\n\n{event_type} ")), "{event_type} has no sample in tests/golden/order.txt");
    }
}
