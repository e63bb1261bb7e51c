//! Addresses of stored events of both versions.

use serde_json::{Value, json};

use super::*;
use crate::upcast;

const SEALED: &str = r#"{"subject": "customer:c-1", "data": "c2VhbGVk"}"#;

fn stored(event_type: &str, contact: Option<&str>) -> String {
    let contact = contact.map(|sealed| format!(r#", "contact": {sealed}"#)).unwrap_or_default();
    let address = format!(r#"{{"country": "CH", "details": {SEALED}{contact}}}"#);
    let at = "2026-06-01T12:00:00Z";
    match event_type {
        "AddressChanged" => {
            format!(r#"{{"AddressChanged": {{"kind": "SHIPPING", "address": {address}, "at": "{at}"}}}}"#)
        }
        _ => format!(
            r#"{{"OrderPlaced": {{"number": "SO-1", "lines": [], "total": {{"minor": 0, "currency": "EUR"}},
                "shipping_address": {address}, "billing_address": null, "at": "{at}"}}}}"#
        ),
    }
}

fn address(event: OrderEvent) -> Address {
    match event {
        OrderEvent::AddressChanged(event) => event.address,
        OrderEvent::OrderPlaced(event) => event.shipping_address,
        other => panic!("{other:?}"),
    }
}

#[test]
fn addresses_of_the_first_version_have_no_contact_apart_and_later_ones_may() {
    for event_type in ["AddressChanged", "OrderPlaced"] {
        let read =
            |version, contact| address(upcast::decode(event_type, version, &stored(event_type, contact)).unwrap());
        let first = read("1.0", None);
        assert_eq!((first.contact.as_ref(), first.details.data()), (None, "c2VhbGVk"));
        assert_eq!(read("1.1", None), first);
        assert_eq!(read("1.1", Some(SEALED)).contact, Some(first.details));
    }
}

#[test]
fn an_address_without_contact_is_written_as_it_was_before_there_was_one() {
    let event: OrderEvent = upcast::decode("AddressChanged", "1.0", &stored("AddressChanged", None)).unwrap();
    let written: Value = serde_json::to_value(&event).unwrap();
    let sealed: Value = serde_json::from_str(SEALED).unwrap();
    assert_eq!(written["AddressChanged"]["address"], json!({"country": "CH", "details": sealed}));
}
