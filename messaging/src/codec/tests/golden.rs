//! The bytes of released records, held against the samples that the domain's own test holds its JSON against.

use domain::contract::Facts;
use domain::order::OrderEvent;
use domain::{TenantId, upcast};

use super::*;

const GOLDEN: &str = include_str!("../../../../domain/tests/golden/order.txt");

fn samples() -> Vec<(PublicEvent, &'static str)> {
    let samples = GOLDEN.split("\n\n").skip(1).map(|sample| sample.lines().collect::<Vec<_>>());
    let publish = |(sample, version): (Vec<&'static str>, i64)| {
        let (event_type, event_version) = sample[0].split_once(' ').unwrap();
        let stored = sample[1].strip_prefix("stored ").unwrap();
        let event: OrderEvent = upcast::decode(event_type, event_version, stored).unwrap();
        let id = "018f0000-0000-7000-8000-000000000001".parse().unwrap();
        let facts = Facts { id, version, tenant: TenantId::try_new("shop").unwrap() };
        (PublicEvent::publish(&facts, &event), sample[3].strip_prefix("avro ").unwrap())
    };
    samples.zip(1..).map(publish).collect()
}

#[test]
fn a_record_is_encoded_as_it_was_when_it_was_released() {
    for (event, released) in samples() {
        let mut written = Vec::new();
        datum::write(&event, &mut written);
        assert_eq!(crate::headers::hexadecimal(&written), released, "{}", event.name());
        assert_eq!(
            datum::read::<PublicEvent>(event.index(), &contract()[event.index()].datum, &written).unwrap(),
            (event, 0)
        );
    }
}
