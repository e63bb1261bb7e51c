//! The bytes of released records, held against the samples that the domain's own test holds its JSON against.

use domain::contract::Facts;
use domain::order::OrderEvent;
use domain::{TenantId, upcast};

use super::*;

const GOLDEN: &str = include_str!("../../../../domain/tests/golden/order.txt");

#[test]
fn a_record_is_encoded_as_it_was_when_it_was_released() {
    let samples: Vec<Vec<&str>> = GOLDEN.split("\n\n").skip(1).map(|sample| sample.lines().collect()).collect();
    for (sample, version) in samples.iter().zip(1..) {
        let (event_type, event_version) = sample[0].split_once(' ').unwrap();
        let stored = sample[1].strip_prefix("stored ").unwrap();
        let event: OrderEvent = upcast::decode(event_type, event_version, stored).unwrap();
        let id = "018f0000-0000-7000-8000-000000000001".parse().unwrap();
        let facts = Facts { id, version, tenant: TenantId::try_new("shop").unwrap() };
        let public = PublicEvent::publish(&facts, &event);
        let mut datum = Vec::new();
        datum::write(&public, &mut datum);
        let written = format!("avro {}", crate::headers::hexadecimal(&datum));
        assert_eq!(written, sample.get(3).copied().unwrap_or_default(), "{event_type}");
    }
}
