//! Every kind of record that is refused, and the ones of other releases that are not.

use domain::order::contract::{AddressRole, CancelReason};

use super::*;

/// An id that no contract schema has.
const OTHER_ID: u32 = 1;

fn sample() -> IncomingRecord {
    delivered(encoder().encode(&arbitrary::sample()).unwrap())
}

/// The sample with its value changed.
fn spoilt(spoil: impl FnOnce(&mut Vec<u8>)) -> DecodeError {
    let mut record = sample();
    spoil(record.value.as_mut().unwrap());
    decode(&decoder(), &record).unwrap_err()
}

/// The sample with its headers changed.
fn with_header(name: &str, value: &str) -> Result<Published, DecodeError> {
    let mut record = sample();
    record.headers.push(name, Some(value.as_bytes()));
    decode(&decoder(), &record)
}

#[test]
fn a_value_in_another_format() {
    assert!(matches!(spoilt(|value| value[0] = b'{'), DecodeError::Magic { found: b'{' }));
    assert!(matches!(spoilt(|value| value.truncate(3)), DecodeError::Truncated { bytes: 3 }));
    assert!(matches!(spoilt(Vec::clear), DecodeError::Truncated { bytes: 0 }));
}

#[test]
fn a_body_with_too_few_or_too_many_bytes() {
    assert!(matches!(spoilt(|value| value.truncate(value.len() - 1)), DecodeError::Body { name: "ForeignEvent", .. }));
    assert!(matches!(spoilt(|value| value.push(0)), DecodeError::TrailingBytes { bytes: 1, .. }));
}

#[test]
fn a_length_beyond_all_memory() {
    // The first field's length: 2^62 bytes, zigzagged.
    let forged = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
    let error = spoilt(|value| {
        value.splice(PREFIX_BYTES..=PREFIX_BYTES, forged);
    });
    assert!(matches!(error, DecodeError::Body { .. }));
}

#[test]
fn a_record_without_value_or_key() {
    let mut record = sample();
    record.key = None;
    assert!(matches!(decode(&decoder(), &record), Err(DecodeError::Key)));
    record.value = None;
    assert!(matches!(decode(&decoder(), &record), Err(DecodeError::NoValue)));
}

#[test]
fn a_key_that_contradicts_the_body() {
    let mut record = sample();
    record.key = Some(b"018f0000-0000-7000-8000-000000000001".to_vec());
    let error = decode(&decoder(), &record).unwrap_err();
    assert!(matches!(error, DecodeError::Contradiction { what: "the stream's id", .. }));
}

#[test]
fn headers_that_contradict_the_body() {
    for (name, value, what) in [
        (crate::headers::AGGREGATE_VERSION, "4", "the version"),
        (crate::headers::TENANT_ID, "other", "the tenant"),
        (crate::headers::TYPE, "orders.order.v1.OrderPlaced", "the record's type"),
    ] {
        let error = with_header(name, value).unwrap_err();
        assert!(matches!(error, DecodeError::Contradiction { what: named, .. } if named == what), "{error}");
    }
}

#[test]
fn headers_of_others_are_theirs() {
    assert!(with_header("x-somebody", "anything").is_ok());
}

#[test]
fn a_schema_of_somebody_else() {
    let text = r#"{"type": "record", "name": "Parcel", "namespace": "elsewhere", "fields": []}"#;
    let error = decoder().learn(OTHER_ID, text).unwrap_err();
    assert!(matches!(error, DecodeError::ForeignSchema { id: OTHER_ID, ref name } if name == "elsewhere.Parcel"));
    assert!(!error.is_transient());
}

#[test]
fn a_schema_of_ours_that_cannot_be_resolved() {
    let text = schema_of("LineRemoved")
        .text
        .replace(r#""name": "line_id", "type": "string""#, r#""name": "line_id", "type": "long""#);
    let error = decoder().learn(OTHER_ID, &text).unwrap_err();
    assert!(matches!(error, DecodeError::Unresolvable { id: OTHER_ID, .. }), "{error}");
}

#[test]
fn a_registry_that_is_away_is_no_fault_of_the_record() {
    let error = DecodeError::Registry {
        id: OTHER_ID,
        source: crate::RegistryError::Unavailable { subject: "any".to_owned(), source: "refused".into() },
    };
    assert!(error.is_transient());
}

/// Encodes with a later release's schema, as its writer would: generically.
fn of_a_later_release(event: &str, text: &str, fields: serde_json::Value) -> Result<Published, DecodeError> {
    let schema = apache_avro::Schema::parse_str(text).unwrap();
    let value = apache_avro::types::Value::try_from(fields).unwrap().resolve(&schema).unwrap();
    let writer = apache_avro::writer::datum::GenericDatumWriter::builder(&schema).build().unwrap();
    let mut bytes = vec![MAGIC];
    bytes.extend_from_slice(&OTHER_ID.to_be_bytes());
    writer.write_value(&mut bytes, value).unwrap();
    let decoder = decoder();
    decoder.learn(OTHER_ID, text).unwrap();
    let mut record = sample();
    record.value = Some(bytes);
    record.headers.push(crate::headers::TYPE, Some(schema_of(event).full_name.as_bytes()));
    decode(&decoder, &record)
}

#[test]
fn a_later_release_may_add_symbols_and_nullable_fields() {
    let added = r#""fields": [
        {"name": "colour", "type": ["null", {"type": "enum", "name": "Colour", "symbols": ["RED", "BLUE"]}], "default": null},
        {"name": "boxes", "type": {"type": "array", "items": {"type": "map", "values": "long"}}, "default": []},"#;
    let text = schema_of("OrderCancelled")
        .text
        .replace(r#""symbols": ["CUSTOMER","#, r#""symbols": ["FRAUD", "CUSTOMER","#)
        .replacen(r#""fields": ["#, added, 1);
    let head = arbitrary::sample().published.event;
    let fields = serde_json::json!({
        "colour": "BLUE", "boxes": [{"a": 1}, {"b": 2, "c": 3}],
        "order_id": head.order_id(), "version": head.version(), "tenant": head.tenant(), "at": head.at(),
        "reason": "FRAUD", "note": "stolen card",
    });
    let published = of_a_later_release("OrderCancelled", &text, fields).unwrap();
    let PublicEvent::OrderCancelled(cancelled) = published.event else { panic!("{published:?}") };
    assert_eq!(cancelled.reason, CancelReason::Unknown);
    assert_eq!(cancelled.note.as_deref(), Some("stolen card"));
    assert_eq!(cancelled.at, head.at());
}

/// The schema of an address's event before contact had a field of its own.
fn without_contact(event: &str) -> String {
    let field = r#",
          {"name": "contact", "type": ["null", "Sealed"], "doc": "Phone and email, sealed, where there is one of them.", "default": null}"#;
    let text = schema_of(event).text.replace(field, "");
    assert!(!text.contains(r#""contact""#), "{text}");
    text
}

#[test]
fn addresses_from_before_contact_had_a_field_are_read() {
    let head = arbitrary::sample().published.event;
    let address = serde_json::json!({"country": "GB", "details": {"subject": "s", "data": "d"}});
    let fields = |more: serde_json::Value| {
        let mut fields = serde_json::json!({
            "order_id": head.order_id(), "version": head.version(), "tenant": head.tenant(), "at": head.at(),
        });
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields
    };
    let details = domain::order::contract::ContractSealed { subject: "s".to_owned(), data: "d".to_owned() };
    let expected = domain::order::contract::ContractAddress { country: "GB".to_owned(), details, contact: None };

    let changing = fields(serde_json::json!({"role": "SHIPPING", "address": address}));
    let published = of_a_later_release("AddressChanged", &without_contact("AddressChanged"), changing).unwrap();
    let PublicEvent::AddressChanged(changed) = published.event else { panic!("{published:?}") };
    assert_eq!(changed.address, expected);

    let placing = fields(serde_json::json!({
        "number": "1", "lines": [], "total": {"minor": 0, "currency": "GBP"}, "shipping_address": address,
        "billing_address": address,
    }));
    let published = of_a_later_release("OrderPlaced", &without_contact("OrderPlaced"), placing).unwrap();
    let PublicEvent::OrderPlaced(placed) = published.event else { panic!("{published:?}") };
    assert_eq!((placed.shipping_address, placed.billing_address), (expected.clone(), Some(expected)));
}

#[test]
fn readers_from_before_contact_had_a_field_pass_it_over() {
    for event in ["AddressChanged", "OrderPlaced"] {
        let before = apache_avro::Schema::parse_str(&without_contact(event)).unwrap();
        apache_avro::schema_compatibility::SchemaCompatibility::mutual_read(&before, &schema_of(event).schema).unwrap();
    }
}

#[test]
fn symbols_are_read_by_name_and_not_by_place() {
    let text = schema_of("AddressChanged")
        .text
        .replace(r#"["SHIPPING", "BILLING", "UNKNOWN"]"#, r#"["UNKNOWN", "BILLING", "SHIPPING"]"#);
    let head = arbitrary::sample().published.event;
    let fields = serde_json::json!({
        "order_id": head.order_id(), "version": head.version(), "tenant": head.tenant(), "at": head.at(),
        "role": "SHIPPING", "address": {"country": "GB", "details": {"subject": "s", "data": "d"}},
    });
    let published = of_a_later_release("AddressChanged", &text, fields).unwrap();
    let PublicEvent::AddressChanged(changed) = published.event else { panic!("{published:?}") };
    assert_eq!(changed.role, AddressRole::Shipping);
}
